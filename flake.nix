{
  description = "Deploys fleets of NixOS machines over ssh: in parallel, reversibly, and truthfully";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      forEachSystem = lib.genAttrs [
        "x86_64-linux"
        "aarch64-linux"
        "x86_64-darwin"
        "aarch64-darwin"
      ];
      # deploy-rs's functions, by system as it has them; see docs/coming-from-deploy-rs.md.
      deployRsLibs = builtins.mapAttrs (_: pkgs: import ./nix/activate { inherit pkgs; }) nixpkgs.legacyPackages;
    in
    {
      packages = forEachSystem (system: {
        default = nixpkgs.legacyPackages.${system}.callPackage ./nix/package.nix { };
      });

      apps = forEachSystem (system: {
        default = {
          type = "app";
          program = "${self.packages.${system}.default}/bin/flotilla";
          meta.description = "Deploy a fleet of NixOS machines";
        };
      });

      overlays.default = final: _: {
        flotilla = final.callPackage ./nix/package.nix { };
      };

      # Declares deployment.*; see docs/options.md.
      nixosModules.default = ./nix/modules/deployment.nix;
      darwinModules.default = ./nix/modules/deployment.nix;
      # Declares disko.devices, for flakes without disko; see docs/disks.md.
      nixosModules.disks = ./nix/modules/disks.nix;
      # What an installer has beside a NixOS that lives in memory.
      nixosModules.installer = ./nix/modules/installer.nix;

      lib =
        import ./nix/lib.nix { inherit lib; }
        // deployRsLibs
        // import ./nix/activate/any-system.nix {
          libOf = system: deployRsLibs.${system};
          systems = builtins.attrNames deployRsLibs;
        }
        // {
          # krops's functions; see docs/coming-from-krops.md.
          krops = builtins.mapAttrs (_: pkgs: import ./nix/krops { inherit pkgs; }) nixpkgs.legacyPackages;
        };

      templates.default = {
        path = ./examples/fleet;
        description = "Two web servers and a database";
        welcomeText = "Put your ssh key and your disks into modules/common.nix, then: flotilla deploy";
      };
      templates.install = {
        path = ./examples/install;
        description = "A machine to install";
        welcomeText = "Put your ssh key into configuration.nix and the disk into disks.nix, then: flotilla install web-01 --target root@ADDRESS";
      };
    };
}
