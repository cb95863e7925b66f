# What krops's flake has in `lib.<system>`, and `evalSource` and `mkTarget` besides.
{
  pkgs,
  lib ? pkgs.lib,
}:
let
  parts = import ./parts.nix { inherit pkgs lib; };
in
{
  inherit (parts) populate;
  inherit (parts.lib) evalSource mkTarget;
  inherit (parts.krops)
    rebuild
    runShell
    withNixOutputMonitor
    writeCommand
    writeDeploy
    writeTest
    ;
}
