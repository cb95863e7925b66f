{
  disk.simple-efi = {
    device = "/dev/disk/by-id/virtio-simple-efi";
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
            mountpoint = "/simple-efi/boot";
            mountOptions = [ "umask=0077" ];
          };
        };
        root = {
          size = "100%";
          content = {
            type = "filesystem";
            format = "ext4";
            mountpoint = "/simple-efi";
          };
        };
      };
    };
  };
}
