# The fleet of the benchmark: the names in hosts.json, one small module each, by the module system of test/bed/nixpkgs.
{
  inputs.nixpkgs.url = "path:/where/test/bed/lies"; # written by bench-fleet.ts

  outputs =
    { nixpkgs, ... }:
    let
      inherit (builtins) fromJSON listToAttrs mapAttrs readFile;
      names = fromJSON (readFile ./hosts.json);
      host =
        name:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [
            ./common.nix
            { networking.hostName = name; }
          ];
        };
    in
    rec {
      nixosConfigurations = listToAttrs (
        map (name: {
          inherit name;
          value = host name;
        }) names
      );

      # The same hosts as colmena reads them, for the replay of what it runs.
      colmenaHive = rec {
        __schema = "v0.5";
        metaConfig = {
          name = "bench";
          description = "";
          machinesFile = null;
          allowApplyAll = true;
        };
        nodes = nixosConfigurations;
        deploymentConfig = mapAttrs (name: _: {
          allowLocalDeployment = false;
          buildOnTarget = false;
          keys = { };
          privilegeEscalationCommand = [ ];
          replaceUnknownProfiles = true;
          sshOptions = [ ];
          tags = [ ];
          targetHost = name;
          targetPort = null;
          targetUser = "root";
        }) nodes;
        evalSelectedDrvPaths =
          selected:
          listToAttrs (
            map (name: {
              inherit name;
              value = nodes.${name}.config.system.build.toplevel.drvPath;
            }) selected
          );
      };
    };
}
