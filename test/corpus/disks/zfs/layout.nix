# A pool of one mode and one of named vdevs, with datasets of every kind.
{ lib, ... }:
let
  member = pool: partitions: {
    type = "gpt";
    partitions = partitions // {
      zfs = {
        size = "100%";
        content = {
          type = "zfs";
          inherit pool;
        };
      };
    };
  };
in
{
  disko.devices = {
    disk = {
      system = {
        device = "/dev/sda";
        content = member "root" {
          ESP = {
            size = "1G";
            type = "EF00";
            content = {
              type = "filesystem";
              format = "vfat";
              mountpoint = "/boot";
            };
          };
        };
      };
    }
    // lib.genAttrs [ "a" "b" "c" "d" "e" ] (name: {
      device = "/dev/disk/by-id/wwn-${name}";
      content = member "tank" { };
    });
    zpool = {
      root = {
        options.ashift = "12";
        rootFsOptions = {
          compression = "zstd";
          mountpoint = "none";
        };
        datasets = {
          system = {
            type = "zfs_fs";
            mountpoint = "/";
            options = {
              mountpoint = "legacy";
              "com.sun:auto-snapshot" = "false";
            };
          };
          secret = {
            type = "zfs_fs";
            mountpoint = "/secret";
            options = {
              encryption = "aes-256-gcm";
              keyformat = "passphrase";
              keylocation = "file:///tmp/secret.key";
            };
            postCreateHook = "zfs set keylocation=prompt root/$name";
          };
          "secret/deep" = {
            type = "zfs_fs";
            mountpoint = "/secret/deep";
          };
          hidden = {
            type = "zfs_fs";
            mountpoint = "/hidden";
            options.canmount = "off";
          };
          swap = {
            type = "zfs_volume";
            size = "4G";
            options.volblocksize = "4096";
            content = {
              type = "swap";
              discardPolicy = "both";
            };
          };
          empty = {
            type = "zfs_volume";
            size = "1G";
          };
        };
      };
      tank = {
        mountpoint = "/tank";
        mode.topology = {
          type = "topology";
          vdev = [
            {
              mode = "mirror";
              members = [
                "a"
                "b"
              ];
            }
          ];
          log = [ { members = [ "c" ]; } ];
          special = {
            members = [ "/dev/disk/by-partlabel/disk-d-zfs" ];
          };
          cache = [ "e" ];
        };
      };
    };
  };
}
