{
  config,
  lib,
  pkgs,
  ...
}:
{
  imports = [ ../stand-in.nix ];
  options.isoImage.isoName = lib.mkOption {
    type = lib.types.str;
    default = "nixos-minimal.iso";
  };
  config.system.build.isoImage = pkgs.runCommand "nixos-minimal.iso" { } ''
    mkdir -p "$out/iso"
    cp ${config.system.build.netbootRamdisk}/initrd "$out/iso/${config.isoImage.isoName}"
  '';
}
