{
  disk.tmpfs = {
    device = "/dev/disk/by-id/virtio-tmpfs";
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
            mountpoint = "/tmpfs/boot";
            mountOptions = [ "umask=0077" ];
          };
        };
        root = {
          size = "100%";
          content = {
            type = "filesystem";
            format = "ext4";
            mountpoint = "/tmpfs";
          };
        };
      };
    };
  };
  nodev."/tmpfs/tmp" = {
    fsType = "tmpfs";
    mountOptions = [ "size=16M" ];
  };
}
