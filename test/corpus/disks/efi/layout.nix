# A new machine: EFI, swap, a root.
{
  disko.devices.disk.main = {
    device = "/dev/disk/by-id/nvme-SAMSUNG_MZVL2512_S64";
    content = {
      type = "gpt";
      partitions = {
        ESP = {
          size = "512M";
          type = "EF00";
          attributes = [
            0
            63
          ];
          content = {
            type = "filesystem";
            format = "vfat";
            extraArgs = [
              "-n"
              "BOOT"
            ];
            mountpoint = "/boot";
            mountOptions = [ "umask=0077" ];
          };
        };
        swap = {
          size = "8G";
          content.type = "swap";
        };
        root = {
          size = "100%";
          uuid = "809b3a2b-828a-4730-95e1-75b6343e415a";
          content = {
            type = "filesystem";
            format = "ext4";
            mountpoint = "/";
          };
        };
      };
    };
  };
}
