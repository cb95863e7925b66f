# A root in memory, and what is bound to other places.
{
  disko.devices = {
    disk.main = {
      device = "/dev/nvme0n1";
      destroy = false;
      imageSize = "10G";
      imageName = "golden";
      content = {
        type = "filesystem";
        format = "f2fs";
        mountpoint = "/nix";
      };
    };
    nodev = {
      "/" = {
        fsType = "tmpfs";
        mountOptions = [
          "size=200M"
          "mode=755"
        ];
      };
      "/etc/ssh" = {
        fsType = "none";
        device = "/nix/persist/etc/ssh";
        mountOptions = [ "bind" ];
      };
      shared = {
        mountpoint = "/shared";
        fsType = "9p";
        device = "share";
      };
      unmounted = {
        mountpoint = null;
        fsType = "proc";
      };
    };
  };
}
