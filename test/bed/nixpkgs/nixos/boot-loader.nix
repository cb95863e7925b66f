# boot.loader.*: what starts the system. The bed's containers have none; real machines (../../machines) have one.
{ config, lib, ... }:
let
  inherit (lib) mkEnableOption mkOption types;
  cfg = config.boot.loader;

  text =
    default:
    mkOption {
      type = types.str;
      inherit default;
    };
  texts = mkOption {
    type = types.listOf types.str;
    default = [ ];
  };
  no = mkOption {
    type = types.bool;
    default = false;
  };
in
{
  options.boot.loader = {
    timeout = mkOption {
      type = types.nullOr types.int;
      default = 5;
    };
    efi = {
      canTouchEfiVariables = mkEnableOption "changes of the firmware's variables";
      efiSysMountPoint = text "/boot";
    };
    systemd-boot = {
      enable = mkEnableOption "systemd-boot";
      configurationLimit = mkOption {
        type = types.nullOr types.int;
        default = null;
      };
      editor = mkOption {
        type = types.bool;
        default = true;
      };
    };
    # NixOS has it on by default; the bed's containers boot without.
    grub = {
      enable = mkEnableOption "GRUB";
      device = text "";
      devices = texts;
      efiSupport = no;
      efiInstallAsRemovable = no;
      zfsSupport = no;
      enableCryptodisk = no;
      extraConfig = mkOption {
        type = types.lines;
        default = "";
      };
      mirroredBoots = mkOption {
        default = [ ];
        type = types.listOf (
          types.submodule {
            options = {
              path = mkOption { type = types.str; };
              efiSysMountPoint = mkOption {
                type = types.nullOr types.str;
                default = null;
              };
              devices = texts;
            };
          }
        );
      };
    };
    generic-extlinux-compatible.enable = mkEnableOption "extlinux";
  };

  config.boot.loader.grub = {
    devices = lib.mkIf (cfg.grub.device != "") [ cfg.grub.device ];
    mirroredBoots = lib.mkIf (cfg.grub.devices != [ ]) [
      {
        path = "/boot";
        inherit (cfg.grub) devices;
        inherit (cfg.efi) efiSysMountPoint;
      }
    ];
  };
}
