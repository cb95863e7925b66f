let
  compressed = mountpoint: {
    inherit mountpoint;
    mountOptions = [
      "compress=zstd"
      "noatime"
    ];
  };
in
{
  disk.luks-btrfs = {
    device = "/dev/disk/by-id/virtio-luks-btrfs";
    type = "disk";
    content = {
      type = "gpt";
      partitions = {
        ESP = {
          size = "64M";
          type = "EF00";
          content = {
            type = "filesystem";
            format = "vfat";
            mountpoint = "/luks-btrfs/boot";
            mountOptions = [ "umask=0077" ];
          };
        };
        luks = {
          size = "100%";
          content = {
            type = "luks";
            name = "crypted-btrfs";
            extraFormatArgs = [ "--pbkdf-force-iterations=4" "--pbkdf-memory=64" ];
            settings = {
              keyFile = "/run/keys/first";
              allowDiscards = true;
            };
            content = {
              type = "btrfs";
              extraArgs = [ "-f" ];
              subvolumes = {
                "/root" = compressed "/luks-btrfs";
                "/home" = compressed "/luks-btrfs/home";
                "/nix" = compressed "/luks-btrfs/nix";
                "/swap" = {
                  mountpoint = "/luks-btrfs/.swapvol";
                  swap.swapfile.size = "16M";
                };
              };
            };
          };
        };
      };
    };
  };
}
