# Partitions that stand in a GPT and in an MBR.
{
  disk.hybrid-mbr = {
    device = "/dev/disk/by-id/virtio-hybrid-mbr";
    type = "disk";
    content = {
      type = "gpt";
      efiGptPartitionFirst = false;
      partitions = {
        TOW-BOOT-FI = {
          priority = 1;
          type = "EF00";
          size = "32M";
          attributes = [ 0 ];
          content = {
            type = "filesystem";
            format = "vfat";
          };
          hybrid = {
            mbrPartitionType = "0x0c";
            mbrBootableFlag = true;
          };
        };
        root = {
          size = "100%";
          content = {
            type = "filesystem";
            format = "xfs";
            mountpoint = "/hybrid-mbr";
          };
        };
      };
    };
  };
}
