# Subvolumes at many places, and swap files.
{
  disko.devices.disk.main = {
    device = "/dev/sda";
    content = {
      type = "btrfs";
      extraArgs = [ "-f" ];
      mountpoint = "/.top";
      swap.lazy.size = "1G";
      subvolumes = {
        "/root".mountpoint = "/";
        "/home" = {
          mountpoint = "/home";
          mountOptions = [
            "compress=zstd"
            "noatime"
          ];
          extraArgs = [ "-p" ];
        };
        "/home/ana" = { };
        nix = {
          name = "@nix";
          mountpoint = "/nix";
        };
        "/swap" = {
          mountpoint = "/.swapvol";
          swap = {
            main = {
              size = "4G";
              path = "swapfile";
              priority = 5;
              options = [ "nofail" ];
            };
            other.size = "20M";
          };
        };
      };
    };
  };
}
