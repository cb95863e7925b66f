let
  member = name: {
    device = "/dev/disk/by-id/virtio-${name}";
    type = "disk";
    content = {
      type = "gpt";
      partitions = {
        BOOT = {
          size = "1M";
          type = "EF02";
        };
        ESP = {
          size = "64M";
          type = "EF00";
          content = {
            type = "mdraid";
            name = "boot";
          };
        };
        mdadm = {
          size = "100%";
          content = {
            type = "mdraid";
            name = "raid1";
          };
        };
      };
    };
  };
in
{
  disk.boot-raid1-1 = member "boot-raid1-1";
  disk.boot-raid1-2 = member "boot-raid1-2";
  mdadm = {
    # The firmware reads one of its members as if it were no array: its superblock is at the end.
    boot = {
      type = "mdadm";
      level = 1;
      metadata = "1.0";
      content = {
        type = "filesystem";
        format = "vfat";
        mountpoint = "/boot-raid1/boot";
        mountOptions = [ "umask=0077" ];
      };
    };
    raid1 = {
      type = "mdadm";
      level = 1;
      content = {
        type = "gpt";
        partitions.primary = {
          size = "100%";
          content = {
            type = "filesystem";
            format = "ext4";
            mountpoint = "/boot-raid1";
          };
        };
      };
    };
  };
}
