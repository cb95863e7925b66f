# What evaluators of hives import from `pkgs.path`; `lib.nixosSystem` with a platform that has a default.
{
  lib ? import ../../lib,
  system ? builtins.currentSystem,
  modules,
  specialArgs ? { },
}:
import ../. { inherit lib; } { inherit system modules specialArgs; }
