# `populate { source, target, … }`: a script that brings sources to a target, which is a set as mkTarget makes it.
{
  lib,
  pkgs,
  script,
}:
let
  text = import ./populate-text.nix { inherit lib; };

  # Only what the sources take: a nixpkgs that lacks one of them is no matter where it is not used.
  packagesFor = {
    derivation = [ ];
    file = [ pkgs.rsync ];
    git = [ ];
    pass = [
      pkgs.findutils
      pkgs.git
      pkgs.pass
      pkgs.rsync
    ];
    passage = [
      pkgs.findutils
      pkgs.passage
      pkgs.rsync
    ];
    pipe = [ ];
    symlink = [ ];
  };
in
arguments@{
  backup ? false,
  force ? false,
  source,
  target,
}:
script "populate.${target.host}" (
  [
    pkgs.openssh
    pkgs.coreutils
    pkgs.gnused
  ]
  ++ lib.concatMap (type: packagesFor.${type}) (
    lib.unique (lib.mapAttrsToList (_: { type, ... }: type) source)
  )
) (text arguments)
