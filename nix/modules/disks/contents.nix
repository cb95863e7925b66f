# What lies on a disk, a partition, a mapped device, an array, a volume: one type of options for each kind.
# `onDevice` and `onPartition` are the option `content`, for { parent; device; }: the settings of what holds it, and the device
# that it is written to.
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
    oneOfKinds
    option
    optional
    required
    switch
    tag
    tagWithDefault
    text
    texts
    ;

  # A content of one kind; `module` says what only this kind has.
  kind =
    name: module:
    { device, ... }@place:
    types.submodule [
      {
        options = {
          type = tag name;
          device = text device "The device that it is written to.";
        }
        // hooks;
      }
      (module place)
    ];

  swapFiles = attributesOf (
    { name, ... }:
    {
      options = {
        size = required (types.strMatching "([0-9]+[KMGTP])?") "Size, such as 2G.";
        path = text name "Path below the mount point.";
        priority = optional types.int "Higher is used first; null: the kernel decides.";
        options = option (types.listOf types.nonEmptyStr) [ "defaults" ] "Options of swapon.";
      };
    }
  ) "Swap files.";

  subvolume =
    { name, ... }:
    {
      options = {
        name = text name "Path of the subvolume.";
        type = tagWithDefault "btrfs_subvol";
        extraArgs = extraArguments;
        inherit mountOptions mountpoint;
        swap = swapFiles;
      };
    };

  partitionKinds = {
    filesystem = kind "filesystem" (_: {
      options = {
        format = required types.str "What mkfs is to make: ext4, vfat, xfs.";
        extraArgs = extraArguments;
        inherit mountOptions mountpoint;
      };
    });

    btrfs = kind "btrfs" (_: {
      options = {
        extraArgs = extraArguments;
        inherit mountOptions mountpoint;
        subvolumes = attributesOf subvolume "Subvolumes.";
        swap = swapFiles;
      };
    });

    swap = kind "swap" (_: {
      options = {
        discardPolicy = optional (types.enum [
          "once"
          "pages"
          "both"
        ]) "What is discarded when: see swapon(8).";
        extraArgs = extraArguments;
        mountOptions = option (types.listOf types.nonEmptyStr) [ "defaults" ] "Options of swapon.";
        priority = optional types.int "Higher is used first; null: the kernel decides.";
        randomEncryption = switch false "Encrypt it with a new key at each boot.";
        resumeDevice = switch false "Resume from it after hibernation.";
      };
    });

    luks = kind "luks" (
      _:
      { config, ... }:
      {
        options = {
          name = required types.str "Name below /dev/mapper.";
          keyFile = optional absolutePath "Old name of passwordFile.";
          passwordFile = optional absolutePath "File with the password, when it is made.";
          askPassword =
            switch (
              config.keyFile == null && config.passwordFile == null && !(config.settings ? keyFile)
            ) "Ask for the password when it is made."
            // {
              defaultText = lib.literalMD "`true` where no file has it";
            };
          settings = option (types.attrsOf types.anything) { } "As in boot.initrd.luks.devices.<name>.";
          additionalKeyFiles = option (types.listOf absolutePath) [ ] "Files with more keys.";
          initrdUnlock = switch true "Open it when the system boots.";
          extraFormatArgs = texts "More arguments of luksFormat.";
          extraOpenArgs = texts "More arguments of open.";
          content = onDevice {
            parent = config;
            device = "/dev/mapper/${config.name}";
          };
        };
      }
    );

    lvm_pv = kind "lvm_pv" (_: {
      options.vg = required types.str "The volume group that it is part of.";
    });
    mdraid = kind "mdraid" (_: {
      options.name = required types.str "The array that it is part of.";
    });
    zfs = kind "zfs" (_: {
      options.pool = required types.str "The pool that it is part of.";
    });
    bcachefs = kind "bcachefs" (_: {
      options = {
        filesystem = required types.str "The file system that it is part of.";
        extraFormatArgs = texts "Arguments of bcachefs format for this device.";
        label = text "" "Label of this device.";
      };
    });
  };

  tables = import ./tables.nix { inherit lib kind onPartition; };

  slot =
    kinds: place:
    optional (oneOfKinds (builtins.mapAttrs (_: kindOf: kindOf place) kinds)) "What lies on it.";
  onPartition = slot partitionKinds;
  onDevice = slot (partitionKinds // tables);
in
{
  inherit onDevice onPartition;
}
