{
  description = "Two web servers and a database, deployed with flotilla";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";
    flotilla.url = "github:flotilla-deploy/flotilla";
    flotilla.inputs.nixpkgs.follows = "nixpkgs";
  };

  outputs =
    { nixpkgs, flotilla, ... }:
    let
      host =
        module:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [
            flotilla.nixosModules.default
            ./modules/common.nix
            module
          ];
        };
    in
    {
      nixosConfigurations = {
        web-01 = host ./hosts/web-01.nix;
        web-02 = host ./hosts/web-02.nix;
        db-01 = host ./hosts/db-01.nix;
      };
    };
}
