# Swap in every manner.
{
  disko.devices.disk.main = {
    device = "/dev/sda";
    content = {
      type = "gpt";
      partitions = {
        once = {
          size = "1G";
          content = {
            type = "swap";
            discardPolicy = "once";
            priority = 100;
            extraArgs = [ "--label once" ];
          };
        };
        random = {
          size = "1G";
          type = "8300";
          content = {
            type = "swap";
            randomEncryption = true;
            discardPolicy = "pages";
            mountOptions = [
              "nofail"
              "discard"
            ];
          };
        };
      };
    };
  };
}
