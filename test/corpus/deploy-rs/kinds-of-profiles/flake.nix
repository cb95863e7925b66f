{
  description = "every way to say what a profile is";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";
  inputs.deploy-rs.url = "github:serokell/deploy-rs";
  inputs.deploy-rs.inputs.nixpkgs.follows = "nixpkgs";
  inputs.flotilla.url = "github:flotilla-deploy/flotilla";
  inputs.flotilla.inputs.nixpkgs.follows = "nixpkgs";

  outputs =
    {
      self,
      nixpkgs,
      deploy-rs,
      flotilla,
    }:
    let
      pkgs = nixpkgs.legacyPackages.x86_64-linux;
      inherit (deploy-rs.lib.x86_64-linux) activate;
      system =
        platform:
        nixpkgs.lib.nixosSystem {
          system = platform;
          modules = [
            {
              networking.hostName = "kinds";
              system.nixos.label = "1";
            }
          ];
        };
      home.activationPackage = pkgs.writeTextFile {
        name = "home-manager-generation";
        text = "exit 0";
        executable = true;
        destination = "/activate";
      };
      mac.config.system.build.toplevel = home.activationPackage // {
        name = "darwin-system";
      };
    in
    {
      nixosConfigurations.kinds = system "x86_64-linux";

      deploy.user = "root";
      deploy.nodes = {
        linux = {
          hostname = "10.0.0.1";
          profiles = {
            nixos.path = activate.nixos self.nixosConfigurations.kinds;
            of-any-system.path = flotilla.lib.activate.nixos self.nixosConfigurations.kinds;
            home = {
              user = "ana";
              path = activate.home-manager home;
            };
            custom.path = activate.custom pkgs.curl "./bin/curl --version";
            custom-of-any-system.path = flotilla.lib.activate.custom pkgs.curl "./bin/curl --version";
            with-boot.path =
              (
                activate.custom
                // {
                  dryActivate = "echo dry";
                  boot = "echo boot";
                }
              )
                pkgs.curl
                "./bin/curl --version";
            noop.path = activate.noop pkgs.git;
            text.path = "${pkgs.git}";
            # Its own deploy-rs-activate, made by nobody's lib.
            by-hand.path = pkgs.writeTextFile {
              name = "by-hand";
              text = "exit 0";
              executable = true;
              destination = "/deploy-rs-activate";
            };
          };
        };
        arm = {
          hostname = "10.0.0.2";
          profiles.system.path = flotilla.lib.activate.nixos (system "aarch64-linux");
        };
        mac = {
          hostname = "10.0.0.3";
          profiles.system.path = activate.darwin mac;
        };
      };

      checks = flotilla.lib.deployChecks self.deploy;
    };
}
