# What flakes use of nixpkgs's outputs.
let
  lib = import ./lib;
  systems = [
    "x86_64-linux"
    "aarch64-linux"
    "x86_64-darwin"
    "aarch64-darwin"
  ];
in
{
  lib = lib // {
    nixosSystem = import ./nixos { inherit lib; };
    # For flakes whose inputs nix-darwin and home-manager are taken from here, too.
    darwinSystem = import ./darwin { inherit lib; };
    homeManagerConfiguration = import ./home-manager { inherit lib; };
  };
  legacyPackages = lib.genAttrs systems (system: import ./packages.nix { inherit lib system; });
}
