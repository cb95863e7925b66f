# nixpkgs.* and the `pkgs` that modules get.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
in
{
  options.nixpkgs = {
    hostPlatform = mkOption {
      type = types.coercedTo types.str (system: { inherit system; }) types.attrs;
      example = "x86_64-linux";
    };
    # As in NixOS the later of two values for one setting wins.
    config = mkOption {
      type = types.attrs // {
        merge = _: builtins.foldl' (merged: definition: merged // definition.value) { };
      };
      default = { };
    };
    overlays = mkOption {
      type = types.listOf types.unspecified;
      default = [ ];
    };
  };

  config._module.args.pkgs = import ../packages.nix {
    inherit lib;
    inherit (config.nixpkgs) config overlays;
    inherit (config.nixpkgs.hostPlatform) system;
  };
}
