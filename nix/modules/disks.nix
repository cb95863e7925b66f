# Declares disko.devices: the disks of a machine, as disko has them, for flakes without disko's input. The NixOS that is made
# of them is the same: fileSystems, swapDevices and boot. Flotilla itself writes the disks; no script of disko's is made.
{
  config,
  lib,
  options,
  ...
}:
let
  inherit (lib) mkIf mkMerge mkOption types;

  cfg = config.disko;
  parts = import ./disks/nixos.nix {
    inherit lib;
    # Before 23.11 it was an option of the initrd.
    hasSwraid = options.boot ? swraid;
  } cfg.devices;
  only = name: mkMerge (lib.catAttrs name parts);

  # What disko alone makes something of: accepted, so that a configuration need not be changed, and without effect.
  ignored = mkOption {
    type = types.lazyAttrsOf types.anything;
    default = { };
    internal = true;
  };
  ignoredSwitch = mkOption {
    type = types.bool;
    default = false;
    internal = true;
  };
in
{
  options.disko = {
    devices = mkOption {
      type = import ./disks/devices.nix { inherit lib; };
      default = { };
      description = "The disks, and what is to be on them.";
    };
    rootMountPoint = mkOption {
      type = types.str;
      default = "/mnt";
      description = "Where they are mounted for an installation.";
    };
    enableConfig = mkOption {
      type = types.bool;
      default = true;
      description = "Whether this system boots from these disks: sets fileSystems, swapDevices and boot.";
    };

    imageBuilder = ignored;
    tests = ignored;
    memSize = mkOption {
      type = types.int;
      default = 1024;
      internal = true;
    };
    checkScripts = ignoredSwitch;
    testMode = ignoredSwitch;
  };
  options.virtualisation.vmVariantWithDisko = ignored;

  # Named one by one: which options are set must not depend on the disks, whose settings may read others.
  config = mkIf cfg.enableConfig {
    fileSystems = only "fileSystems";
    swapDevices = only "swapDevices";
    boot = only "boot";
  };
}
