# What is mounted, swapped to and opened at boot. Without effect in the bed's containers; real machines boot by it.
{ lib, ... }:
let
  inherit (lib) mkEnableOption mkOption types;

  optional =
    type:
    mkOption {
      type = types.nullOr type;
      default = null;
    };
  switch =
    default:
    mkOption {
      type = types.bool;
      inherit default;
    };
  texts =
    default:
    mkOption {
      type = types.listOf types.nonEmptyStr;
      inherit default;
    };

  fileSystem =
    { name, ... }:
    {
      options = {
        mountPoint = mkOption {
          type = types.nonEmptyStr;
          default = name;
        };
        device = optional types.nonEmptyStr;
        label = optional types.nonEmptyStr;
        fsType = mkOption {
          type = types.nonEmptyStr;
          default = "auto";
        };
        options = texts [ "defaults" ];
        depends = texts [ ];
        neededForBoot = switch false;
        autoResize = switch false;
        autoFormat = switch false;
        noCheck = switch false;
      };
    };

  swapDevice = {
    options = {
      device = mkOption {
        type = types.nonEmptyStr;
        default = "";
      };
      label = optional types.str;
      size = optional types.int;
      priority = optional types.int;
      discardPolicy = optional (
        types.enum [
          "once"
          "pages"
          "both"
        ]
      );
      options = texts [ "defaults" ];
      randomEncryption = mkOption {
        type = types.coercedTo types.bool (enable: { inherit enable; }) (
          types.submodule {
            options = {
              enable = switch false;
              allowDiscards = switch false;
            };
          }
        );
        default = false;
      };
    };
  };

  luksDevice =
    { name, ... }:
    {
      options = {
        name = mkOption {
          type = types.str;
          default = name;
        };
        device = mkOption { type = types.str; };
        header = optional types.str;
        keyFile = optional types.str;
        keyFileSize = optional types.int;
        keyFileOffset = optional types.int;
        keyFileTimeout = optional types.int;
        fallbackToPassword = switch false;
        allowDiscards = switch false;
        bypassWorkqueues = switch false;
        preLVM = switch true;
        crypttabExtraOpts = texts [ ];
      };
    };
in
{
  options = {
    fileSystems = mkOption {
      type = types.attrsOf (types.submodule fileSystem);
      default = { };
    };
    swapDevices = mkOption {
      type = types.listOf (types.submodule swapDevice);
      default = [ ];
    };

    boot = {
      initrd.luks.devices = mkOption {
        type = types.attrsOf (types.submodule luksDevice);
        default = { };
      };
      swraid = {
        enable = mkEnableOption "arrays of md";
        mdadmConf = mkOption {
          type = types.lines;
          default = "";
        };
      };
      resumeDevice = mkOption {
        type = types.str;
        default = "";
      };
      supportedFilesystems = mkOption {
        type = types.listOf types.str;
        default = [ ];
      };
      zfs = {
        forceImportRoot = switch true;
        devNodes = mkOption {
          type = types.path;
          default = "/dev/disk/by-id";
        };
      };
    };
  };
}
