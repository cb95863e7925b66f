# The older table, on disks that call their partitions in different ways.
let
  content = format: mountpoint: {
    type = "filesystem";
    inherit format mountpoint;
  };
in
{
  disko.devices.disk = {
    msdos = {
      device = "/dev/mmcblk0";
      content = {
        type = "table";
        format = "msdos";
        partitions = [
          {
            name = "firmware";
            start = "1M";
            end = "256M";
            fs-type = "fat32";
            bootable = true;
            content = content "vfat" "/boot";
          }
          {
            name = "root";
            start = "256M";
            flags = [ "raid" ];
            content = content "ext4" "/";
          }
        ];
      };
    };
    gpt = {
      device = "/dev/disk/by-id/ata-Old";
      content = {
        type = "table";
        partitions = [
          {
            name = "bios";
            end = "1M";
            flags = [ "bios_grub" ];
          }
          {
            name = "srv";
            start = "1M";
            content = content "xfs" "/srv";
          }
          {
            name = "swap";
            start = "-4G";
            fs-type = "linux-swap";
            content = {
              type = "swap";
              randomEncryption = true;
            };
          }
        ];
      };
    };
    loop = {
      device = "/dev/loop3";
      content = {
        type = "table";
        partitions = [
          {
            name = "only";
            content = content "ext4" "/only";
          }
        ];
      };
    };
  };
}
