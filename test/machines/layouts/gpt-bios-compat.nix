{
  disk.gpt-bios-compat = {
    device = "/dev/disk/by-id/virtio-gpt-bios-compat";
    type = "disk";
    content = {
      type = "gpt";
      partitions = {
        # For GRUB, and marked as what the firmware needs.
        boot = {
          size = "1M";
          type = "EF02";
          attributes = [ 0 ];
        };
        # What lies behind it is free.
        root = {
          size = "256M";
          content = {
            type = "filesystem";
            format = "ext4";
            mountpoint = "/gpt-bios-compat";
          };
        };
      };
    };
  };
}
