{
  description = "more on a host than its system";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";
  inputs.home-manager.url = "github:nix-community/home-manager";
  inputs.flotilla.url = "github:flotilla-deploy/flotilla";
  inputs.flotilla.inputs.nixpkgs.follows = "nixpkgs";

  outputs =
    {
      self,
      nixpkgs,
      home-manager,
      flotilla,
    }:
    let
      pkgs = nixpkgs.legacyPackages.x86_64-linux;
    in
    {
      nixosConfigurations.web-01 = nixpkgs.lib.nixosSystem {
        modules = [
          flotilla.nixosModules.default
          {
            networking.hostName = "web-01";
            nixpkgs.hostPlatform = "x86_64-linux";
            deployment.profiles = {
              shop = {
                activator = "deploy-rs";
                user = "shop";
                profilePath = "/nix/var/nix/profiles/per-user/shop/shop";
                path = pkgs.writeShellScriptBin "deploy-rs-activate" "echo shop";
                order = 10;
              };
              bob = {
                activator = "home-manager";
                user = "bob";
                # A string, as long as it was made of the package.
                path = "${self.homeConfigurations."bob@web-01".activationPackage}";
              };
              alice = {
                activator = "home-manager";
                user = "alice";
                path = self.homeConfigurations."alice@web-01".activationPackage;
              };
              first = {
                activator = "deploy-rs";
                path = pkgs.writeShellScriptBin "deploy-rs-activate" "echo first";
                order = -1;
              };
            };
          }
        ];
      };

      # Not read as a fleet: the hosts are.
      homeConfigurations = nixpkgs.lib.genAttrs [ "alice@web-01" "bob@web-01" ] (
        name:
        home-manager.lib.homeManagerConfiguration {
          inherit pkgs;
          modules = [
            rec {
              home.username = builtins.head (builtins.split "@" name);
              home.homeDirectory = "/home/${home.username}";
              home.stateVersion = "25.05";
            }
          ];
        }
      );
    };
}
