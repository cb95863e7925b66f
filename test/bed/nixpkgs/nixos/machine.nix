# A configuration for a real machine of the bed: what its file systems, LUKS devices, swap and boot loader make of initrd, fstab and boot entries.
{ config, lib, ... }:
let
  inherit (lib) mkEnableOption mkOption types;

  fileSystems = builtins.sort (a: b: builtins.lessThan a.mountPoint b.mountPoint) (
    builtins.attrValues config.fileSystems
  );
  deviceOf = fs: if fs.device != null then fs.device else "LABEL=${fs.label}";
  # As NixOS's fsNeededForBoot.
  neededForBoot =
    fs:
    fs.neededForBoot
    || builtins.elem fs.mountPoint [
      "/"
      "/nix"
      "/nix/store"
      "/var"
      "/var/log"
      "/var/lib"
      "/var/lib/nixos"
      "/etc"
      "/usr"
    ];
  mountOptions = fs: builtins.filter (option: option != "defaults") fs.options ++ [ "rw" ];
  optional = condition: value: if condition then [ value ] else [ ];

  loader = config.boot.loader;
  escape = builtins.replaceStrings [ " " ] [ "\\040" ];
  fstabLine =
    fs:
    let
      options = builtins.concatStringsSep "," fs.options;
      pass = if fs.mountPoint == "/" then "1" else "2";
    in
    "${escape (deviceOf fs)} ${escape fs.mountPoint} ${fs.fsType} ${options} 0 ${if fs.noCheck then "0" else pass}";
  swapLine =
    swap:
    let
      priority = if swap.priority == null then "" else ",pri=${toString swap.priority}";
      discard = if swap.discardPolicy == null then "" else ",discard";
    in
    "${escape swap.device} none swap ${builtins.concatStringsSep "," swap.options}${priority}${discard} 0 0";
in
{
  options = {
    bed.machine = {
      enable = mkEnableOption "booting on a real machine of the bed, with its own kernel and boot loader";
      settings = mkOption {
        type = types.raw;
        readOnly = true;
        description = "What ../../machines/system is given.";
      };
    };
    boot.initrd.secrets = mkOption {
      type = types.attrsOf (types.nullOr types.str);
      default = { };
    };
  };

  config.bed.machine.settings = {
    luks = map (device: {
      inherit (device) name device keyFile;
      options =
        optional device.allowDiscards "--allow-discards"
        ++ optional (device.keyFileSize != null) "--keyfile-size=${toString device.keyFileSize}"
        ++ optional (device.keyFileOffset != null) "--keyfile-offset=${toString device.keyFileOffset}"
        ++ optional (device.header != null) "--header=${device.header}";
    }) (builtins.attrValues config.boot.initrd.luks.devices);
    bootFileSystems = map (fs: {
      inherit (fs) mountPoint fsType;
      device = deviceOf fs;
      options = mountOptions fs;
    }) (builtins.filter neededForBoot fileSystems);
    fstab = builtins.concatStringsSep "\n" (
      map fstabLine fileSystems ++ map swapLine config.swapDevices ++ [ "" ]
    );
    mdadmConf = config.boot.swraid.mdadmConf;
    kernelParams = config.boot.kernelParams;
    secrets = builtins.mapAttrs (
      name: path: if path == null then name else path
    ) config.boot.initrd.secrets;
    bootLoader = {
      kind =
        if loader.systemd-boot.enable then
          "systemd-boot"
        else if loader.grub.enable then
          "grub"
        else
          "none";
      inherit (loader.efi) canTouchEfiVariables efiSysMountPoint;
      inherit (loader.grub) efiInstallAsRemovable;
      grubEfi = loader.grub.efiSupport;
      # Nobody stands at the menu.
      timeout = 0;
      devices = lib.unique (lib.concatMap (boot: boot.devices) loader.grub.mirroredBoots);
    };
  };
}
