{
  description = "servers and Macs in one flake";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";
  inputs.nix-darwin.url = "github:nix-darwin/nix-darwin";
  inputs.flotilla.url = "github:flotilla-deploy/flotilla";
  inputs.flotilla.inputs.nixpkgs.follows = "nixpkgs";

  outputs =
    {
      nixpkgs,
      nix-darwin,
      flotilla,
      ...
    }:
    {
      nixosConfigurations.web-01 = nixpkgs.lib.nixosSystem {
        system = "x86_64-linux";
        modules = [ { networking.hostName = "web-01"; } ];
      };
      darwinConfigurations = {
        studio = nix-darwin.lib.darwinSystem {
          modules = [
            flotilla.darwinModules.default
            {
              nixpkgs.hostPlatform = "aarch64-darwin";
              system.darwinLabel = "25.05.1a2b3c4";
              deployment.tags = [ "mac" ];
              deployment.targetUser = "ana";
            }
          ];
        };
        mini = nix-darwin.lib.darwinSystem {
          system = "x86_64-darwin";
          modules = [ { networking.hostName = "mini"; } ];
        };
      };
    };
}
