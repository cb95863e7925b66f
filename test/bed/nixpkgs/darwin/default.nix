# `lib.darwinSystem`, as nix-darwin has it: modules in, `{ config, options, pkgs, system, … }` out.
{ lib }:
{
  modules,
  system ? null,
  specialArgs ? { },
}:
let
  platform = {
    _file = "darwinSystem";
    config.nixpkgs.hostPlatform = lib.mkIf (system != null) (lib.mkDefault system);
  };
  evaluated = lib.evalModules {
    inherit specialArgs;
    modules = [
      ../nixos/nixpkgs.nix
      ./system.nix
      platform
    ]
    ++ modules;
  };
in
evaluated
// {
  inherit (evaluated._module.args) pkgs;
  system = evaluated.config.system.build.toplevel;
}
