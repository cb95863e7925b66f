# Names that have to be quoted, escaped or cut.
{
  disko.devices = {
    disk = {
      "/dev/sda" = {
        device = "/dev/sda";
        content = {
          type = "gpt";
          partitions = {
            "with space" = {
              size = "1G";
              content = {
                type = "filesystem";
                format = "ext4";
                mountpoint = "/with space";
              };
            };
            "what's \"that\" (50%) & more" = { };
            "a+b-c.d:e=f@g_h#i/j,k" = {
              name = "renamed";
              size = "1G";
            };
            labelled = {
              label = "$(reboot) `id`";
              size = "100%";
            };
          };
        };
      };
      a-name-that-fills-more-than-half-of-it = {
        device = "/dev/sdb";
        content = {
          type = "gpt";
          partitions = {
            short.size = "1G";
            long-enough-to-need-a-hash = {
              size = "100%";
              content = {
                type = "lvm_pv";
                vg = "odd-name";
              };
            };
          };
        };
      };
    };
    lvm_vg."odd-name" = {
      type = "lvm_vg";
      lvs."lv-1" = {
        name = "lv_one";
        size = "1G";
      };
    };
  };
}
