{
  description = "the same with an output of our own, which says that what NixOS and nix-darwin read is meant";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";
  inputs.nix-darwin.url = "github:nix-darwin/nix-darwin";
  inputs.home-manager.url = "github:nix-community/home-manager";

  outputs =
    {
      self,
      nixpkgs,
      nix-darwin,
      home-manager,
    }:
    let
      pkgs = nixpkgs.legacyPackages.x86_64-linux;
      host = {
        networking.hostName = "host";
        nixpkgs.hostPlatform = "x86_64-linux";
      };
    in
    {
      colmena = {
        meta.nixpkgs = pkgs;
        of-colmena = host;
      };
      deploy.nodes.of-deploy = {
        hostname = "of-deploy";
        sshUser = "root";
        profiles.shop.path = pkgs.writeShellScriptBin "deploy-rs-activate" "echo shop";
      };
      nixosConfigurations.of-nixos = nixpkgs.lib.nixosSystem { modules = [ host ]; };
      darwinConfigurations.of-darwin = nix-darwin.lib.darwinSystem {
        modules = [ { nixpkgs.hostPlatform = "aarch64-darwin"; } ];
      };
      homeConfigurations."ana@of-homes" = home-manager.lib.homeManagerConfiguration {
        inherit pkgs;
        modules = [
          {
            home.username = "ana";
            home.homeDirectory = "/home/ana";
            home.stateVersion = "25.05";
          }
        ];
      };
      flotilla.hosts.of-nixos.tags = [ "web" ];
    };
}
