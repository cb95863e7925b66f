{
  disk.btrfs-subvolumes = {
    device = "/dev/disk/by-id/virtio-btrfs-subvolumes";
    type = "disk";
    content = {
      type = "gpt";
      partitions = {
        ESP = {
          priority = 1;
          name = "ESP";
          start = "1M";
          end = "64M";
          type = "EF00";
          content = {
            type = "filesystem";
            format = "vfat";
            mountpoint = "/btrfs/boot";
            mountOptions = [ "umask=0077" ];
          };
        };
        root = {
          size = "100%";
          content = {
            type = "btrfs";
            extraArgs = [ "-f" ];
            mountpoint = "/btrfs/whole";
            swap = {
              swapfile.size = "16M";
              swapfile1.size = "16M";
            };
            subvolumes = {
              "/rootfs".mountpoint = "/btrfs";
              "/home" = {
                mountOptions = [ "compress=zstd" ];
                mountpoint = "/btrfs/home";
              };
              # In what is mounted already.
              "/home/user" = { };
              "/nix" = {
                mountOptions = [
                  "compress=zstd"
                  "noatime"
                ];
                mountpoint = "/btrfs/nix";
              };
              # Mounted nowhere.
              "/test" = { };
              "/swap" = {
                mountpoint = "/btrfs/.swapvol";
                swap = {
                  swapfile.size = "16M";
                  swapfile2 = {
                    size = "16M";
                    path = "other-name";
                  };
                };
              };
            };
          };
        };
      };
    };
  };
}
