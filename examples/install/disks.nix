# The disk of the machine: all of it, for one btrfs with a subvolume for each thing that is kept apart.
{
  disko.devices.disk.main = {
    type = "disk";
    # A name that stays with the disk: `flotilla facts ADDRESS` shows it.
    device = "/dev/disk/by-id/virtio-main";
    content = {
      type = "gpt";
      partitions = {
        ESP = {
          size = "512M";
          type = "EF00";
          content = {
            type = "filesystem";
            format = "vfat";
            mountpoint = "/boot";
            mountOptions = [ "umask=0077" ];
          };
        };
        swap = {
          size = "1G";
          content.type = "swap";
        };
        root = {
          size = "100%";
          content = {
            type = "btrfs";
            subvolumes = {
              "@".mountpoint = "/";
              "@home".mountpoint = "/home";
              "@nix" = {
                mountpoint = "/nix";
                mountOptions = [ "noatime" ];
              };
            };
          };
        };
      };
    };
  };
}
