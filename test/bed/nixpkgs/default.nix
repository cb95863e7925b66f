# What flakes use of nixpkgs's outputs.
let
  lib = import ./lib;
  systems = [
    "x86_64-linux"
    "aarch64-linux"
  ];
in
{
  lib = lib // {
    nixosSystem = import ./nixos { inherit lib; };
  };
  legacyPackages = lib.genAttrs systems (system: import ./packages.nix { inherit lib system; });
}
