# What is read of a layout of the corpus, and the NixOS that is made of it: as far as it says something.
{ root, layout }:
let
  lib = import (root + "/test/bed/nixpkgs/lib");
  inherit
    (lib.evalModules {
      modules = [
        layout
        (root + "/nix/modules/disks.nix")
        (root + "/test/bed/nixpkgs/nixos/boot-loader.nix")
        (root + "/test/bed/nixpkgs/nixos/file-systems.nix")
        (root + "/test/bed/nixpkgs/nixos/hardware.nix")
        { _module.args.pkgs.linuxPackages = null; }
      ];
    })
    config
    ;

  says = value: value != null && value != false && value != [ ] && value != { } && value != "";
  told =
    value:
    if builtins.isAttrs value then
      lib.filterAttrs (_: says) (builtins.mapAttrs (_: told) value)
    else if builtins.isList value then
      map told value
    else
      value;
in
{
  inherit (import (root + "/nix/eval/devices.nix") config.disko.devices) layout;
  nixos = told {
    inherit (config) fileSystems swapDevices;
    boot = {
      inherit (config.boot) initrd resumeDevice swraid;
      grubDevices = config.boot.loader.grub.devices;
    };
  };
}
