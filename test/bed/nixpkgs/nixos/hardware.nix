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
      initrd.kernelModules = modules;
    };
    hardware.enableRedistributableFirmware = mkEnableOption "firmware";
  };
}
