# `lib.nixosSystem`: modules in, `{ config, options, pkgs, … }` out, with NixOS's options as far as
# the bed has them.
{ lib }:
{
  modules,
  system ? null,
  specialArgs ? { },
}:
let
  platform = {
    _file = "nixosSystem";
    config.nixpkgs.hostPlatform = lib.mkIf (system != null) (lib.mkDefault system);
  };
  evaluated = lib.evalModules {
    inherit specialArgs;
    modules = [
      ./boot-loader.nix
      ./environment.nix
      ./file-systems.nix
      ./hardware.nix
      ./machine.nix
      ./networking.nix
      ./nixpkgs.nix
      ./services.nix
      ./system.nix
      ./systemd.nix
      ./toplevel.nix
      ./users.nix
      platform
    ]
    ++ modules;
  };
in
evaluated // { inherit (evaluated._module.args) pkgs; }
