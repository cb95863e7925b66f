# The type of disko.devices: disks, and what is made of several of them.
{ lib }:
let
  inherit (lib) types;
  inherit (import ./option.nix { inherit lib; })
    absolutePath
    attributesOf
    extraArguments
    hooks
    mountOptions
    mountpoint
    option
    optional
    required
    switch
    tagWithDefault
    text
    texts
    uuid
    ;
  inherit (import ./contents.nix { inherit lib; }) onDevice onPartition;

  disk =
    { name, config, ... }:
    {
      options = {
        name = text (builtins.replaceStrings [ "/" ] [ "_" ] name) "Name, which labels begin with.";
        type = tagWithDefault "disk";
        device = required absolutePath "The disk, best by its path below /dev/disk/by-id.";
        destroy = switch true "Whether it may be wiped.";
        imageName = text config.name "Name of its image.";
        imageSize = option (types.strMatching "[0-9]+[KMGTP]?") "2G" "Size of its image.";
        content = onDevice {
          parent = config;
          inherit (config) device;
        };
      }
      // hooks;
    };

  mdadm =
    { name, config, ... }:
    {
      options = {
        name = text name "Name below /dev/md.";
        type = tagWithDefault "mdadm";
        level = option types.int 1 "RAID level.";
        metadata = option (types.enum [
          "1"
          "1.0"
          "1.1"
          "1.2"
          "default"
          "ddf"
          "imsm"
        ]) "default" "Kind of the superblock.";
        extraArgs = extraArguments;
        content = onDevice {
          parent = config;
          device = "/dev/md/${config.name}";
        };
      }
      // hooks;
    };

  logicalVolume =
    group:
    { name, config, ... }:
    {
      options = {
        name = text name "Name.";
        size = required types.str "Size, as lvcreate has it: 10G, 50%VG, 100%FREE.";
        lvm_type = optional (types.enum [
          "mirror"
          "raid0"
          "raid1"
          "raid4"
          "raid5"
          "raid6"
          "thin-pool"
          "thinlv"
        ]) "Kind of the volume.";
        pool = optional types.str "The thin pool that it is part of.";
        priority =
          option types.int (
            (if config.lvm_type == "thin-pool" then 501 else 1000)
            + (if builtins.match ".*100%.*" config.size != null then 251 else 0)
          ) "Lower ones are made first."
          // {
            defaultText = lib.literalMD "1000, of a thin pool 501; 251 more for a size of 100%";
          };
        extraArgs = extraArguments;
        content = onPartition {
          parent = group;
          device = "/dev/${group.name}/${config.name}";
        };
      };
    };
  volumeGroup =
    { name, config, ... }:
    {
      options = {
        name = text name "Name.";
        type = tagWithDefault "lvm_vg";
        lvs = attributesOf (logicalVolume config) "Logical volumes.";
      }
      // hooks;
    };

  bcachefsSubvolume =
    { name, config, ... }:
    {
      options = {
        name = text name "Path of the subvolume.";
        type = tagWithDefault "bcachefs_subvolume";
        mountOptions = option (types.listOf types.str) [
          "X-mount.mkdir"
          "X-mount.subdir=${lib.removePrefix "/" config.name}"
        ] "Options of the mount.";
        inherit mountpoint;
      };
    };
  bcachefsFilesystem =
    { name, config, ... }:
    let
      digest = builtins.hashString "sha256" config.name;
      digits = from: length: builtins.substring from length digest;
    in
    {
      options = {
        name = text name "Name.";
        type = tagWithDefault "bcachefs_filesystem";
        extraFormatArgs = texts "Arguments of bcachefs format.";
        mountOptions = option (types.listOf types.str) [ "X-mount.mkdir" ] "Options of the mount.";
        inherit mountpoint;
        # Known before it is made, since it is mounted by it.
        uuid =
          option uuid "${digits 0 8}-${digits 8 4}-${digits 12 4}-${digits 16 4}-${digits 20 12}"
            "UUID.";
        passwordFile = optional absolutePath "File with the password; with one it is encrypted.";
        subvolumes = attributesOf bcachefsSubvolume "Subvolumes.";
      }
      // hooks;
    };

  # File systems that are no device's: what they are called in its place.
  ofNoDevice = [
    "proc"
    "sysfs"
    "tmpfs"
    "ramfs"
    "devtmpfs"
    "devpts"
  ];
  nodev =
    { name, config, ... }:
    {
      options = {
        type = tagWithDefault "nodev";
        fsType = required types.str "Kind of the file system.";
        device =
          text (if builtins.elem config.fsType ofNoDevice then config.fsType else "none") "What is mounted."
          // {
            defaultText = lib.literalMD "`none`, or what the kernel calls it";
          };
        mountpoint = mountpoint // {
          default = name;
        };
        inherit mountOptions;
      }
      // hooks;
    };

  zpool = import ./zpool.nix { inherit lib onPartition; };
in
types.submodule {
  options = {
    disk = attributesOf disk "Disks.";
    mdadm = attributesOf mdadm "Arrays of md.";
    lvm_vg = attributesOf volumeGroup "Volume groups.";
    zpool = attributesOf zpool "Pools of ZFS.";
    bcachefs_filesystems = attributesOf bcachefsFilesystem "File systems of bcachefs.";
    nodev = attributesOf nodev "File systems that are on no device.";
  };
}
