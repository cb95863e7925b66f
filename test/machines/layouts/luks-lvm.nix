{
  disk.luks-lvm = {
    device = "/dev/disk/by-id/virtio-luks-lvm";
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
            mountpoint = "/luks-lvm/boot";
            mountOptions = [ "umask=0077" ];
          };
        };
        luks = {
          size = "100%";
          content = {
            type = "luks";
            name = "crypted-lvm";
            # What makes guessing slow makes an emulated processor slower.
            extraFormatArgs = [ "--pbkdf-force-iterations=4" "--pbkdf-memory=64" ];
            settings = {
              keyFile = "/run/keys/first";
              allowDiscards = true;
            };
            additionalKeyFiles = [ "/run/keys/second" ];
            content = {
              type = "lvm_pv";
              vg = "pool";
            };
          };
        };
      };
    };
  };
  lvm_vg.pool = {
    type = "lvm_vg";
    lvs = {
      root = {
        size = "64M";
        content = {
          type = "filesystem";
          format = "ext4";
          mountpoint = "/luks-lvm";
          mountOptions = [ "defaults" ];
        };
      };
      home = {
        size = "100%";
        content = {
          type = "filesystem";
          format = "ext4";
          mountpoint = "/luks-lvm/home";
        };
      };
      raw.size = "12M";
    };
  };
}
