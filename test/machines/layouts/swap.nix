{
  disk.swap = {
    device = "/dev/disk/by-id/virtio-swap";
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
            mountpoint = "/swap/boot";
            mountOptions = [ "umask=0077" ];
          };
        };
        root = {
          end = "-128M";
          content = {
            type = "filesystem";
            format = "ext4";
            mountpoint = "/swap";
          };
        };
        # Encrypted by the system that boots from it, with a new key each time.
        encryptedSwap = {
          size = "12M";
          content = {
            type = "swap";
            randomEncryption = true;
            priority = 100;
          };
        };
        plainSwap = {
          size = "100%";
          content = {
            type = "swap";
            discardPolicy = "both";
            resumeDevice = true;
          };
        };
      };
    };
  };
}
