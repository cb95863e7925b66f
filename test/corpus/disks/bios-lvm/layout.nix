# An old machine: BIOS, logical volumes of every kind.
{ lib, ... }:
{
  disko.devices = {
    disk = lib.genAttrs [ "sda" "sdb" ] (name: {
      device = "/dev/${name}";
      content = {
        type = "gpt";
        partitions = {
          boot = {
            size = "1M";
            type = "EF02";
          };
          data = {
            size = "100%";
            content = {
              type = "lvm_pv";
              vg = "pool-1";
            };
          };
        };
      };
    });
    lvm_vg."pool-1" = {
      type = "lvm_vg";
      lvs = {
        root = {
          size = "20G";
          lvm_type = "mirror";
          content = {
            type = "filesystem";
            format = "xfs";
            mountpoint = "/";
          };
        };
        fast = {
          size = "10%VG";
          lvm_type = "raid0";
          extraArgs = [ "--stripes 2" ];
        };
        safe = {
          size = "10G";
          lvm_type = "raid5";
        };
        thin = {
          size = "100%FREE";
          lvm_type = "thin-pool";
        };
        home = {
          size = "100G";
          lvm_type = "thinlv";
          pool = "thin";
          content = {
            type = "filesystem";
            format = "ext4";
            mountpoint = "/home";
          };
        };
        swap = {
          size = "4G";
          priority = 7;
          content = {
            type = "swap";
            resumeDevice = true;
          };
        };
      };
    };
  };
}
