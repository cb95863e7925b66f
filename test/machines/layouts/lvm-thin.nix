let
  thin = mountpoint: {
    size = "24M";
    lvm_type = "thinlv";
    pool = "thinpool";
    content = {
      type = "filesystem";
      format = "ext4";
      inherit mountpoint;
    };
  };
in
{
  disk.lvm-thin = {
    device = "/dev/disk/by-id/virtio-lvm-thin";
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
            mountpoint = "/lvm-thin/boot";
            mountOptions = [ "umask=0077" ];
          };
        };
        primary = {
          size = "100%";
          content = {
            type = "lvm_pv";
            vg = "mainpool";
          };
        };
      };
    };
  };
  lvm_vg.mainpool = {
    type = "lvm_vg";
    lvs = {
      thinpool = {
        size = "100M";
        lvm_type = "thin-pool";
      };
      root = thin "/lvm-thin";
      home = thin "/lvm-thin/home";
      raw.size = "12M";
    };
  };
}
