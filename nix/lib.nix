# `flotilla.lib`.
{ lib }:
let
  # The deployment options without a NixOS around them.
  evalDeploymentModules =
    name: modules:
    lib.evalModules {
      modules = [
        ./modules/deployment.nix
        {
          options.networking.hostName = lib.mkOption {
            type = lib.types.str;
            default = name;
          };
        }
      ]
      ++ modules;
    };
in
{
  /*
    The settings of a host, checked against the options' types and with every default filled in.
    For flakes that keep them apart from their NixOS modules:

      outputs.flotilla.hosts = {
        web-01 = flotilla.lib.evalDeployment "web-01" [
          { deployment.tags = [ "web" ]; }
        ];
      };
  */
  evalDeployment = name: modules: (evalDeploymentModules name modules).config.deployment;

  /*
    The flake output `colmenaHive` from a hive, in place of `colmena.lib.makeHive`:

      outputs.colmenaHive = flotilla.lib.makeHive {
        meta.nixpkgs = import nixpkgs { system = "x86_64-linux"; };
        web-01 = ./hosts/web-01.nix;
      };
  */
  makeHive = import ./hive;

  /*
    Disks without a host, checked and with every default filled in, for the flake output `diskoConfigurations`:

      outputs.diskoConfigurations.scratch = flotilla.lib.evalDisks [
        { disko.devices.disk.main = { device = "/dev/sdb"; content = { … }; }; }
      ];
  */
  evalDisks =
    modules:
    let
      evaluated = lib.evalModules {
        modules = [
          {
            options.disko.devices = lib.mkOption {
              type = import ./modules/disks/devices.nix { inherit lib; };
            };
          }
        ]
        ++ modules;
      };
    in
    {
      disko = { inherit (evaluated.config.disko) devices; };
    };

  # The deployment options as data: see options-doc.nix.
  deploymentOptionsDoc = import ./options-doc.nix {
    inherit lib;
    inherit ((evalDeploymentModules "" [ ]).options) deployment;
  };
}
