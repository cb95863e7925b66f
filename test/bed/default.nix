# `import nixpkgs { }` of the stand-in: a package set, for flakes and as <nixpkgs>.
{
  system ? builtins.currentSystem,
  config ? { },
  overlays ? [ ],
}:
import ./nixpkgs/packages.nix {
  lib = import ./nixpkgs/lib;
  inherit system config overlays;
}
