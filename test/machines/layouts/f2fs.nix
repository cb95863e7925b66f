{
  disk.f2fs = {
    device = "/dev/disk/by-id/virtio-f2fs";
    type = "disk";
    content = {
      type = "gpt";
      partitions = {
        ESP = {
          end = "64M";
          type = "EF00";
          content = {
            type = "filesystem";
            format = "vfat";
            mountpoint = "/f2fs/boot";
            mountOptions = [ "umask=0077" ];
          };
        };
        root = {
          name = "root";
          end = "-0";
          content = {
            type = "filesystem";
            format = "f2fs";
            mountpoint = "/f2fs";
            extraArgs = [
              "-O"
              "extra_attr,inode_checksum,sb_checksum,compression"
            ];
            mountOptions = [
              "compress_algorithm=zstd:6,compress_chksum,atgc,gc_merge,lazytime,nodiscard"
            ];
          };
        };
      };
    };
  };
}
