{
  disk.legacy-table = {
    device = "/dev/disk/by-id/virtio-legacy-table";
    type = "disk";
    content = {
      type = "table";
      format = "gpt";
      partitions = [
        {
          name = "ESP";
          start = "1M";
          end = "64M";
          bootable = true;
          content = {
            type = "filesystem";
            format = "vfat";
            mountpoint = "/legacy-table/boot";
            mountOptions = [ "umask=0077" ];
          };
        }
        {
          name = "root";
          start = "64M";
          end = "100%";
          part-type = "primary";
          bootable = true;
          content = {
            type = "filesystem";
            format = "ext4";
            mountpoint = "/legacy-table";
          };
        }
      ];
    };
  };
}
