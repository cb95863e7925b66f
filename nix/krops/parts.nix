# krops on some nixpkgs.
{ pkgs, lib }:
let
  kropsLib = import ./lib/library.nix { inherit lib; };
  script = import ./script.nix { inherit pkgs; };
  populate = import ./populate.nix {
    lib = kropsLib;
    inherit pkgs script;
  };
in
{
  lib = kropsLib;
  inherit populate;
  krops = import ./krops.nix {
    lib = kropsLib;
    inherit pkgs populate script;
  };
}
