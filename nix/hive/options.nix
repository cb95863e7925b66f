# The options of a hive: `deployment.*` of its nodes, and `meta.*` of the whole.
#
# Names, types and defaults are colmena's (its manual, "Deployment Options" and "Meta Options"). Those of the nodes come
# from the NixOS modules, which have all of colmena's and more: a hive may set `deployment.healthChecks`, too.
{
  deploymentModule ? import ../modules/deployment.nix,
  keysModule ? import ../modules/keys.nix,
}:
{
  deploymentOptions =
    {
      name,
      config,
      lib,
      pkgs,
      ...
    }@arguments:
    let
      # Of the modules only the options: what goes with them in the system is in modules.nix.
      declared =
        (deploymentModule arguments).options.deployment // (keysModule arguments).options.deployment;
    in
    {
      _file = "the deployment options of a hive";
      options.deployment = declared // {
        targetHost = declared.targetHost // {
          default = name;
        };
        privilegeEscalationCommand = declared.privilegeEscalationCommand // {
          default = [
            "sudo"
            "-H"
            "--"
          ];
        };
      };
    };

  metaOptions =
    { lib, ... }:
    let
      inherit (lib) mkOption types;

      argumentSet = mkOption {
        type = types.attrsOf types.unspecified;
        default = { };
      };
    in
    {
      options = {
        name = mkOption {
          type = types.str;
          default = "hive";
          description = "What the hive is called.";
        };

        description = mkOption {
          type = types.str;
          default = "A Colmena Hive";
          description = "What the hive is for, in a few words.";
        };

        nixpkgs = mkOption {
          type = types.unspecified;
          default = null;
          description = ''
            The package set of the nodes: a path to nixpkgs, the function that is there, or what that function gives. A flake
            has to give the last of them. `null`: `<nixpkgs>`.
          '';
        };

        nodeNixpkgs = argumentSet // {
          description = "Another package set for some nodes, by the node's name.";
        };

        specialArgs = argumentSet // {
          description = "More arguments for the modules of every node.";
        };

        nodeSpecialArgs = argumentSet // {
          description = "More arguments for the modules of some nodes, by the node's name.";
        };

        machinesFile = mkOption {
          type = types.nullOr types.path;
          default = null;
          # Its text: a path would be copied into the store.
          apply = file: if file == null then null else toString file;
          description = "The machines that build the hive, in the format of Nix's `builders`. `null`: those of nix.conf.";
        };

        allowApplyAll = mkOption {
          type = types.bool;
          default = true;
          description = "Whether all nodes may be deployed at once, without a selection.";
        };
      };
    };
}
