# What a real host's configuration says of its machine. The bed's hosts have none: accepted, without
# effect, but for the version of the kernel.
{ lib, pkgs, ... }:
let
  inherit (lib) mkEnableOption mkOption types;
  modules = mkOption {
    type = types.listOf types.str;
    default = [ ];
  };
in
{
  options = {
    boot = {
      kernelPackages = mkOption {
        type = types.raw;
        default = pkgs.linuxPackages;
      };
      kernelParams = modules;
      kernelModules = modules;
      initrd.availableKernelModules = modules;
      loader = {
        efi.canTouchEfiVariables = mkEnableOption "changes of the firmware's variables";
        systemd-boot.enable = mkEnableOption "systemd-boot";
        grub.enable = mkEnableOption "GRUB";
        grub.device = mkOption {
          type = types.str;
          default = "";
        };
      };
    };
    fileSystems = mkOption {
      default = { };
      type = types.attrsOf (
        types.submodule {
          options = {
            device = mkOption { type = types.str; };
            fsType = mkOption {
              type = types.str;
              default = "auto";
            };
            options = mkOption {
              type = types.listOf types.str;
              default = [ "defaults" ];
            };
          };
        }
      );
    };
    swapDevices = mkOption {
      type = types.listOf types.attrs;
      default = [ ];
    };
    hardware.enableRedistributableFirmware = mkEnableOption "firmware";
  };
}
