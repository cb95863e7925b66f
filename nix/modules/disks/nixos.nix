# What NixOS has to know of disko.devices: a list of { fileSystems?; swapDevices?; boot?; }, in the order of the devices, which
# is the order of the lists that are made of them.
{ lib, hasSwraid }:
let
  inherit (builtins) attrValues concatMap;
  inherit (lib) optional optionals;

  mounted =
    mountpoint: fileSystem:
    optional (mountpoint != null) { fileSystems.${mountpoint} = fileSystem; };

  swapFiles =
    mountpoint: files:
    optional (files != [ ]) {
      swapDevices = map (
        { path, priority, options, ... }:
        {
          device = "${mountpoint}/${path}";
          inherit priority options;
        }
      ) files;
    };

  btrfs =
    content:
    let
      subvolumes = attrValues content.subvolumes;
      onDevice =
        { mountpoint, ... }: options:
        mounted mountpoint {
          inherit (content) device;
          fsType = "btrfs";
          inherit options;
        };
    in
    concatMap (
      { mountOptions, name, ... }@subvolume: onDevice subvolume (mountOptions ++ [ "subvol=${name}" ])
    ) subvolumes
    ++ onDevice content content.mountOptions
    ++ concatMap ({ mountpoint, swap, ... }: swapFiles mountpoint (attrValues swap)) (
      subvolumes ++ [ content ]
    );

  swap = content: [
    {
      swapDevices = [
        {
          inherit (content) device discardPolicy priority;
          randomEncryption = {
            enable = content.randomEncryption;
            # Else what is discarded would not get through the encryption.
            allowDiscards = content.discardPolicy != null;
          };
          options = content.mountOptions;
        }
      ];
      boot.resumeDevice = lib.mkIf content.resumeDevice content.device;
    }
  ];

  luks =
    content:
    optional content.initrdUnlock {
      boot.initrd.luks.devices.${content.name} = { inherit (content) device; } // content.settings;
    }
    ++ ofContent content;

  gpt =
    content:
    let
      partitions = attrValues content.partitions;
    in
    concatMap ofContent partitions
    # A partition for GRUB's own code is there for a machine that boots by BIOS.
    ++ optional (lib.any ({ type, ... }: type == "EF02") partitions) {
      boot.loader.grub.devices = [ content.device ];
    };

  none = _: [ ];

  byContent = {
    inherit
      btrfs
      gpt
      luks
      swap
      ;
    filesystem =
      content:
      mounted content.mountpoint {
        inherit (content) device;
        fsType = content.format;
        options = content.mountOptions;
      };
    table = content: concatMap ofContent content.partitions;
    bcachefs = none;
    lvm_pv = none;
    mdraid = none;
    zfs = none;
  };
  ofContent =
    { content, ... }: optionals (content != null) (byContent.${content.type} content);

  ofArray =
    array:
    [
      {
        boot = if hasSwraid then { swraid.enable = true; } else { initrd.services.swraid.enable = true; };
      }
    ]
    ++ ofContent array;

  ofVolumeGroup =
    { lvs, ... }:
    let
      volumes = attrValues lvs;
      kinds = lib.filter (kind: kind != null) (map ({ lvm_type, ... }: lvm_type) volumes);
      modules = names: { boot.initrd.kernelModules = names; };
      modulesOf =
        kind:
        [ (if kind == "mirror" then "dm-mirror" else "dm-raid") ]
        ++ optional (kind == "raid0" || kind == "raid1") kind
        ++ optional (kind == "raid4" || kind == "raid5" || kind == "raid6") "raid456";
    in
    # With snapshots a group is not opened at boot without their module.
    [ (modules ([ "dm-snapshot" ] ++ map (kind: "dm-${kind}") (lib.filter (kind: kind != "thinlv") kinds))) ]
    ++ concatMap (
      volume: ofContent volume ++ optional (volume.lvm_type != null) (modules (modulesOf volume.lvm_type))
    ) volumes;

  ofBcachefs =
    filesystem:
    let
      at =
        { mountpoint, mountOptions, ... }: always:
        mounted mountpoint {
          device = "/dev/disk/by-uuid/${filesystem.uuid}";
          fsType = "bcachefs";
          options = lib.unique (always ++ mountOptions);
          neededForBoot = true;
        };
    in
    at filesystem [ "X-mount.mkdir" ]
    ++ concatMap (
      subvolume:
      at subvolume [
        "X-mount.mkdir"
        "X-mount.subdir=${lib.removePrefix "/" subvolume.name}"
      ]
    ) (attrValues filesystem.subvolumes);

  ofDataset =
    dataset:
    let
      property = name: dataset.options.${name} or "";
      isMounted = property "mountpoint" != "none" && property "canmount" != "off";
    in
    if dataset.type == "zfs_volume" then
      ofContent dataset
    else
      optionals isMounted (
        mounted dataset.mountpoint {
          device = dataset.path;
          fsType = "zfs";
          options =
            dataset.mountOptions ++ optional (property "mountpoint" != "legacy") "zfsutil";
        }
      );
  ofPool =
    pool:
    ofDataset {
      type = "zfs_fs";
      path = pool.name;
      options = pool.rootFsOptions;
      inherit (pool) mountOptions mountpoint;
    }
    ++ concatMap (dataset: ofDataset (dataset // { path = "${pool.name}/${dataset.name}"; })) (
      attrValues pool.datasets
    );

  ofNodev =
    { device, fsType, mountOptions, mountpoint, ... }:
    mounted mountpoint {
      inherit device fsType;
      options = mountOptions;
    };
in
devices:
concatMap ofBcachefs (attrValues devices.bcachefs_filesystems)
++ concatMap ofContent (attrValues devices.disk)
++ concatMap ofVolumeGroup (attrValues devices.lvm_vg)
++ concatMap ofArray (attrValues devices.mdadm)
++ concatMap ofNodev (attrValues devices.nodev)
++ concatMap ofPool (attrValues devices.zpool)
