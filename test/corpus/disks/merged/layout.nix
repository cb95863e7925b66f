# One disk said in several modules, as a fleet does it.
{ lib, ... }:
{
  imports = [
    {
      disko.devices.disk.main.content.partitions.root.content = {
        type = "filesystem";
        mountOptions = [ "noatime" ];
        postMountHook = "echo second";
      };
    }
    {
      disko.devices.disk = lib.mkIf true {
        main.content.partitions.home = lib.mkIf false { size = "1G"; };
        gone = lib.mkIf false { device = "/dev/sdz"; };
      };
    }
  ];
  disko.devices.disk.main = lib.mkMerge [
    { device = lib.mkDefault "/dev/sda"; }
    { device = "/dev/vda"; }
    {
      content = {
        type = lib.mkDefault "gpt";
        partitions.root = {
          size = "100%";
          content = {
            type = "filesystem";
            format = lib.mkForce "xfs";
            mountpoint = "/";
            mountOptions = [ "ro" ];
            postMountHook = "echo first";
          };
        };
      };
    }
    { content.partitions.root.content.format = "ext4"; }
  ];
}
