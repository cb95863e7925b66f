# `lib.homeManagerConfiguration`, as home-manager has it: modules in, `{ config, options, pkgs, activationPackage, … }` out.
{ lib }:
{
  pkgs,
  modules,
  extraSpecialArgs ? { },
}:
let
  evaluated = lib.evalModules {
    specialArgs = extraSpecialArgs;
    modules = [
      ./home.nix
      { _module.args.pkgs = pkgs; }
    ]
    ++ modules;
  };
in
evaluated
// {
  inherit pkgs;
  inherit (evaluated.config.home) activationPackage;
}
