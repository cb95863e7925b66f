# Two disks that both boot, arrays with a table, and one on which swap lies.
{ lib, ... }:
{
  disko.devices = {
    disk = lib.genAttrs [ "one" "two" ] (name: {
      device = "/dev/disk/by-path/pci-0000:00:1f.2-ata-${name}";
      content = {
        type = "gpt";
        partitions = {
          boot = {
            size = "1M";
            type = "EF02";
          };
          ESP = {
            size = "500M";
            type = "EF00";
            content = {
              type = "mdraid";
              name = "boot";
            };
          };
          swap = {
            size = "2G";
            content = {
              type = "mdraid";
              name = "swap";
            };
          };
          data = {
            size = "100%";
            content = {
              type = "mdraid";
              name = "data";
            };
          };
        };
      };
    });
    mdadm = {
      boot = {
        level = 1;
        metadata = "1.0";
        extraArgs = [ "--bitmap=internal" ];
        content = {
          type = "filesystem";
          format = "vfat";
          mountpoint = "/boot";
        };
      };
      swap = {
        level = 0;
        content = {
          type = "swap";
          priority = 3;
        };
      };
      data = {
        level = 1;
        content = {
          type = "gpt";
          partitions = {
            root = {
              size = "100%";
              content = {
                type = "filesystem";
                format = "ext4";
                mountpoint = "/";
              };
            };
            log = {
              size = "1G";
              content = {
                type = "filesystem";
                format = "ext4";
                mountpoint = "/var/log";
              };
            };
          };
        };
      };
    };
  };
}
