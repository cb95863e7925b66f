{
  description = "a server with a service of its own user, as deploy-rs's manual shows it";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";
  inputs.deploy-rs.url = "github:serokell/deploy-rs";
  inputs.deploy-rs.inputs.nixpkgs.follows = "nixpkgs";

  outputs =
    {
      self,
      nixpkgs,
      deploy-rs,
    }:
    {
      nixosConfigurations.example = nixpkgs.lib.nixosSystem {
        system = "x86_64-linux";
        modules = [
          {
            networking.hostName = "example";
            system.nixos.label = "1";
          }
        ];
      };

      deploy.nodes.example = {
        hostname = "localhost";
        sshOpts = [
          "-p"
          "2221"
        ];
        fastConnection = true;
        profiles = {
          system = {
            sshUser = "admin";
            path = deploy-rs.lib.x86_64-linux.activate.nixos self.nixosConfigurations.example;
            user = "root";
          };
          hello = {
            sshUser = "hello";
            path =
              deploy-rs.lib.x86_64-linux.activate.custom nixpkgs.legacyPackages.x86_64-linux.curl
                "./bin/curl";
            user = "hello";
          };
        };
      };

      checks = builtins.mapAttrs (_: lib: lib.deployChecks self.deploy) deploy-rs.lib;
    };
}
