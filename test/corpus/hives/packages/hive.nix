# Package sets: the hive's with an overlay and a setting, a node's own, and what nodes add to them.
{
  meta = {
    nixpkgs = import <nixpkgs> {
      system = "x86_64-linux";
      config.allowUnfree = true;
      overlays = [ (final: previous: { editor = previous.vim; }) ];
    };
    nodeNixpkgs = {
      other = import <nixpkgs> {
        system = "x86_64-linux";
        overlays = [ (final: previous: { editor = previous.htop; }) ];
      };
      by-path = <nixpkgs>;
      by-function = import <nixpkgs>;
      by-flake = {
        outPath = <nixpkgs>;
      };
    };
  };

  defaults =
    {
      config,
      lib,
      pkgs,
      ...
    }:
    {
      environment.systemPackages = lib.optional (pkgs ? editor) pkgs.editor;
      environment.etc."unfree".text = lib.boolToString (config.nixpkgs.config.allowUnfree or false);
    };

  plain = { };
  other = { };
  by-path = { };
  by-function = { };
  by-flake = { };
  adds-overlay =
    { pkgs, ... }:
    {
      nixpkgs.overlays = [ (final: previous: { tool = previous.editor; }) ];
      environment.etc."same".text = if pkgs.tool == pkgs.editor then "yes" else "no";
    };
  says-no.nixpkgs.config.allowUnfree = false;
}
