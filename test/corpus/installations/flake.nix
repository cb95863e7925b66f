{
  description = "hosts to install, in every form that has NixOS systems";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";
  inputs.flotilla.url = "github:flotilla-deploy/flotilla";
  inputs.flotilla.inputs.nixpkgs.follows = "nixpkgs";
  inputs.deploy-rs.url = "github:serokell/deploy-rs";
  inputs.deploy-rs.inputs.nixpkgs.follows = "nixpkgs";

  outputs =
    {
      self,
      nixpkgs,
      flotilla,
      deploy-rs,
      ...
    }:
    let
      disk = device: {
        disko.devices.disk.main = {
          inherit device;
          content = {
            type = "gpt";
            partitions = {
              boot = {
                size = "1M";
                type = "EF02";
              };
              root = {
                size = "100%";
                content = {
                  type = "filesystem";
                  format = "ext4";
                  mountpoint = "/";
                };
              };
            };
          };
        };
      };
      web =
        { config, ... }:
        {
          # In NixOS the boot loader's disks are in the system; so they are here.
          environment.etc.grub-devices.text = toString config.boot.loader.grub.devices;
          imports = [
            flotilla.nixosModules.disks
            (disk "/dev/sda")
          ];
          nixpkgs.hostPlatform = "x86_64-linux";
          networking.hostName = "web";
          networking.hostId = "deadbeef";
          boot.loader.grub.enable = true;
          services.openssh = {
            enable = true;
            hostKeys = [
              {
                type = "ed25519";
                path = "/persist/ssh_host_ed25519_key";
                rounds = 100;
              }
            ];
          };
          users.users.root.openssh.authorizedKeys = {
            keys = [ "ssh-ed25519 AAAAroot ana@desk" ];
            keyFiles = [ ./keys.pub ];
          };
          users.users.deploy = {
            isNormalUser = true;
            openssh.authorizedKeys.keys = [ "ssh-ed25519 AAAAdeploy ci" ];
          };
          nix.settings = {
            substituters = [ "https://cache.example.org?priority=3" ];
            extra-substituters = "https://a.example.org https://b.example.org";
            trusted-public-keys = [ "cache.example.org-1:AAAA" ];
          };
        };
      host = module: nixpkgs.lib.nixosSystem { modules = [ module ]; };
    in
    {
      nixosConfigurations = {
        web = host web;

        # Who deploys logs in as somebody else.
        other-user = host {
          imports = [
            web
            flotilla.nixosModules.default
          ];
          deployment.targetUser = "deploy";
          disko.devices.disk.main.device = nixpkgs.lib.mkForce "/dev/vda";
        };

        plain = host {
          nixpkgs.hostPlatform = "aarch64-linux";
          networking.hostName = "plain";
          boot.loader.systemd-boot.enable = true;
          boot.loader.efi.efiSysMountPoint = "/efi";
          boot.loader.efi.canTouchEfiVariables = true;
        };

        # The module is there, and nothing is declared.
        no-disks = host {
          imports = [ flotilla.nixosModules.disks ];
          nixpkgs.hostPlatform = "x86_64-linux";
          networking.hostName = "no-disks";
          services.openssh.enable = true;
          services.openssh.authorizedKeysCommand = "/run/keys-of %u";
        };

        # Hooks and key files that come from the store, and a dataset called like something of disko's own.
        referring =
          let
            package = derivation {
              name = "hook";
              system = "x86_64-linux";
              builder = "/bin/sh";
            };
          in
          host {
            imports = [ web ];
            disko.devices.disk.main.postCreateHook = "${package}/bin/hook";
            disko.devices.disk.main.preMountHook = "cat ${./keys.pub}";
            disko.devices.disk.pool = {
              device = "/dev/sdb";
              content = {
                type = "zfs";
                pool = "tank";
              };
            };
            disko.devices.zpool.tank.datasets._create.type = "zfs_fs";
            boot.loader.grub.efiSupport = true;
            boot.loader.grub.efiInstallAsRemovable = true;
            boot.loader.grub.mirroredBoots = [
              {
                path = "/boot2";
                devices = [
                  "/dev/sdb"
                  "nodev"
                ];
              }
            ];
            disko.rootMountPoint = "/target";
          };

        # disko's own module, as far as it is seen from outside.
        disko = host (
          { lib, ... }:
          let
            script = name: {
              type = "derivation";
              drvPath = "/nix/store/00000000000000000000000000000000-${name}.drv";
              outPath = "/nix/store/00000000000000000000000000000000-${name}";
            };
          in
          {
            options.disko.devices = lib.mkOption { type = lib.types.raw; };
            config = {
              nixpkgs.hostPlatform = "x86_64-linux";
              networking.hostName = "disko";
              system.build = {
                diskoScript = script "disko";
                mountScriptNoDeps = script "disko-mount";
                formatMount = script "disko-format-mount";
                diskoImages = throw "not for an installation";
              };
              disko.devices = {
                _config.fileSystems = { };
                _meta = _: { };
                _scripts = { pkgs }: { };
                _create = "set -efux";
                disk.main = {
                  _create = "( )";
                  _parent = self;
                  name = "main";
                  type = "disk";
                  device = "/dev/sda";
                  imageName = "main";
                  content = {
                    _pkgs = _: [ ];
                    type = "luks";
                    name = "crypted";
                    device = "/dev/sda";
                    askPassword = false;
                    settings = {
                      keyFile = ./keys.pub;
                      _odd = true;
                    };
                  };
                };
                disk.pool = {
                  name = "pool";
                  type = "disk";
                  device = "/dev/sdb";
                  imageName = "pool";
                  content = {
                    type = "zfs";
                    pool = "tank";
                    device = "/dev/sdb";
                  };
                };
                zpool.tank = {
                  name = "tank";
                  datasets.__root = {
                    type = "zfs_fs";
                    name = "__root";
                    _name = "tank";
                  };
                };
              };
            };
          }
        );

        # A mistake that the module cannot see, since there is none.
        misshapen = host (
          { lib, ... }:
          {
            options.disko.devices = lib.mkOption { type = lib.types.raw; };
            config = {
              nixpkgs.hostPlatform = "x86_64-linux";
              networking.hostName = "misshapen";
              disko.devices.disk."a b" = {
                device = 7;
                name = "a b";
                imageName = "a b";
              };
            };
          }
        );

        by-hand = removeAttrs (host web) [ "extendModules" ];
      };

      homeConfigurations."ana@desk" = { };

      colmena = {
        meta.nixpkgs = nixpkgs.legacyPackages.x86_64-linux;
        web = {
          imports = [ web ];
          deployment.tags = [ "hive" ];
        };
      };
      colmenaHive = flotilla.lib.makeHive self.colmena;

      deploy.nodes = {
        web = {
          hostname = "10.0.0.7";
          sshUser = "deploy";
          profiles.system.path = deploy-rs.lib.x86_64-linux.activate.nixos self.nixosConfigurations.web;
        };
        elsewhere = {
          hostname = "10.0.0.8";
          profiles.system.path = deploy-rs.lib.x86_64-linux.activate.nixos self.nixosConfigurations.plain;
        };
      };

      diskoConfigurations = {
        plain = disk "/dev/sdb";
        of-lib =
          { lib, ... }:
          lib.genAttrs [ "disko" ] (_: {
            devices.nodev."/tmp".fsType = "tmpfs";
          });
        checked = flotilla.lib.evalDisks [ (disk "/dev/sdc") ];
        of-something = { disks, ... }: { };
      };
    };
}
