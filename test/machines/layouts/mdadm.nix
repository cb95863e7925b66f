let
  member = name: {
    device = "/dev/disk/by-id/virtio-${name}";
    type = "disk";
    content = {
      type = "gpt";
      partitions = {
        boot = {
          size = "1M";
          type = "EF02";
        };
        mdadm = {
          size = "100%";
          content = {
            type = "mdraid";
            name = "mirror";
          };
        };
      };
    };
  };
in
{
  disk.mdadm-1 = member "mdadm-1";
  disk.mdadm-2 = member "mdadm-2";
  mdadm.mirror = {
    type = "mdadm";
    level = 1;
    content = {
      type = "gpt";
      partitions.primary = {
        size = "100%";
        content = {
          type = "filesystem";
          format = "ext4";
          mountpoint = "/mdadm";
        };
      };
    };
  };
}
