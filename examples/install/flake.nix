{
  description = "A web server, installed and deployed with flotilla";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";
    flotilla.url = "github:flotilla-deploy/flotilla";
    flotilla.inputs.nixpkgs.follows = "nixpkgs";
  };

  outputs =
    { nixpkgs, flotilla, ... }:
    {
      nixosConfigurations.web-01 = nixpkgs.lib.nixosSystem {
        system = "x86_64-linux";
        modules = [
          flotilla.nixosModules.default
          # disko.devices; a flake that has disko as an input takes disko.nixosModules.disko in its place.
          flotilla.nixosModules.disks
          ./configuration.nix
          ./disks.nix
        ];
      };
    };
}
