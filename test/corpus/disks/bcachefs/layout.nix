# File systems over several disks.
{ lib, ... }:
{
  disko.devices = {
    disk = {
      vdd = {
        device = "/dev/vdd";
        content = {
          type = "bcachefs";
          filesystem = "whole";
        };
      };
    }
    // lib.genAttrs [ "vdb" "vdc" ] (name: {
      device = "/dev/${name}";
      content = {
        type = "gpt";
        partitions.data = {
          size = "100%";
          content = {
            type = "bcachefs";
            filesystem = "main";
            label = "group_a.${name}";
            extraFormatArgs = [ "--discard" ];
          };
        };
      };
    });
    bcachefs_filesystems = {
      main = {
        type = "bcachefs_filesystem";
        passwordFile = "/tmp/main.key";
        extraFormatArgs = [ "--compression=lz4" ];
        mountOptions = [ "verbose" ];
        subvolumes = {
          "subvolumes/root" = {
            mountpoint = "/";
            mountOptions = [ "noatime" ];
          };
          "/subvolumes/home".mountpoint = "/home";
          "subvolumes/none" = { };
        };
      };
      whole = {
        type = "bcachefs_filesystem";
        uuid = "0f0e0d0c-0b0a-0908-0706-050403020100";
        mountpoint = "/data";
      };
    };
  };
}
