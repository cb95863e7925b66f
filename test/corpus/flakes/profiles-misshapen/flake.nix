{
  description = "profiles that cannot be: each host has one";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";
  inputs.flotilla.url = "github:flotilla-deploy/flotilla";
  inputs.flotilla.inputs.nixpkgs.follows = "nixpkgs";

  outputs =
    { nixpkgs, flotilla, ... }:
    let
      package = nixpkgs.legacyPackages.x86_64-linux.writeShellScriptBin "deploy-rs-activate" "echo shop";
      shop = {
        activator = "deploy-rs";
        path = package;
      };
    in
    {
      nixosConfigurations =
        builtins.mapAttrs
          (
            name: profiles:
            nixpkgs.lib.nixosSystem {
              modules = [
                flotilla.nixosModules.default
                {
                  _file = "hosts/${name}.nix";
                  networking.hostName = name;
                  nixpkgs.hostPlatform = "x86_64-linux";
                  deployment = { inherit profiles; };
                }
              ];
            }
          )
          {
            activator.shop = shop // {
              activator = "nixos";
            };
            called-system.system = shop;
            hostile-name."../shop" = shop;
            hostile-user.shop = shop // {
              user = "-u root";
            };
            no-activator.shop = {
              path = package;
            };
            no-path.shop = {
              activator = "deploy-rs";
            };
            part-of-package.shop = shop // {
              path = "${package}/bin";
            };
            profile-path.shop = shop // {
              profilePath = "shop";
            };
            text-for-path.shop = shop // {
              path = "/srv/shop";
            };
          };
    };
}
