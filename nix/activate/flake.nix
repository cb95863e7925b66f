# For flakes that have deploy-rs as an input: with this one in its place they work as they are written.
{
  description = "What deploy-rs's flake has in lib, without its program";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { nixpkgs, ... }:
    {
      lib = builtins.mapAttrs (_: pkgs: import ./. { inherit pkgs; }) nixpkgs.legacyPackages;
      overlays.default = final: prev: {
        deploy-rs = {
          inherit (prev) deploy-rs;
          lib = import ./. { pkgs = final; };
        };
      };
    };
}
