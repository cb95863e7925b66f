{
  description = "settings that nobody has heard of, and one that is set twice";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";
  inputs.flotilla.url = "github:flotilla-deploy/flotilla";
  inputs.flotilla.inputs.nixpkgs.follows = "nixpkgs";

  outputs =
    { nixpkgs, flotilla, ... }:
    let
      host =
        modules:
        nixpkgs.lib.nixosSystem {
          modules = [
            flotilla.nixosModules.default
            {
              networking.hostName = "host";
              nixpkgs.hostPlatform = "x86_64-linux";
            }
          ]
          ++ modules;
        };
    in
    {
      nixosConfigurations = {
        misspelt = host [
          {
            _file = "hosts/misspelt.nix";
            deployment.targethost = "10.0.0.1";
          }
        ];
        nested = host [
          {
            _file = "hosts/nested.nix";
            deployment.rollback.timeout = 30;
          }
        ];
        twice = host [
          {
            _file = "hosts/one.nix";
            deployment.targetHost = "10.0.0.1";
          }
          {
            _file = "hosts/other.nix";
            deployment.targetHost = "10.0.0.2";
          }
        ];
        # The option is there only with the module.
        without-module = nixpkgs.lib.nixosSystem {
          modules = [
            {
              _file = "hosts/without-module.nix";
              networking.hostName = "host";
              nixpkgs.hostPlatform = "x86_64-linux";
              deployment.tags = [ "web" ];
            }
          ];
        };
      };
    };
}
