# Everything that can be said of LUKS, and what can lie in it.
{
  disko.devices.disk.main = {
    device = "/dev/vda";
    content = {
      type = "gpt";
      partitions = {
        root = {
          size = "20G";
          content = {
            type = "luks";
            name = "root";
            passwordFile = "/tmp/root.key";
            additionalKeyFiles = [ "/tmp/second.key" ];
            extraFormatArgs = [ "--pbkdf argon2id" ];
            extraOpenArgs = [ "--timeout 10" ];
            settings = {
              allowDiscards = true;
              bypassWorkqueues = true;
            };
            content = {
              type = "btrfs";
              mountpoint = "/";
            };
          };
        };
        asked = {
          size = "20G";
          content = {
            type = "luks";
            name = "asked";
            content = {
              type = "luks";
              name = "twice";
              keyFile = "/tmp/twice.key";
              content = {
                type = "filesystem";
                format = "ext4";
                mountpoint = "/srv";
              };
            };
          };
        };
        later = {
          size = "20G";
          content = {
            type = "luks";
            name = "later";
            initrdUnlock = false;
            settings = {
              keyFile = "/etc/later.key";
              keyFileSize = 64;
              keyFileOffset = 8;
            };
          };
        };
        table = {
          size = "100%";
          content = {
            type = "luks";
            name = "table";
            content = {
              type = "gpt";
              partitions.inner = {
                size = "100%";
                content = {
                  type = "filesystem";
                  format = "f2fs";
                  mountpoint = "/var/inner";
                };
              };
            };
          };
        };
      };
    };
  };
}
