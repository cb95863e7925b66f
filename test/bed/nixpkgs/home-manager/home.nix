# The options of a home, as far as the bed has them, and its generation: `activate` links the files into the home.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  inherit (import ../../system/derivations.nix { buildPlatform = "x86_64-linux"; })
    derive
    file
    linkAll
    ;
  inherit (config) home;

  files = lib.mapAttrs' (name: { text }: {
    name = "home-files/${name}";
    value = file "home-file" text;
  }) home.file;
in
{
  options.home = {
    username = mkOption { type = types.str; };
    homeDirectory = mkOption { type = types.path; };
    stateVersion = mkOption { type = types.str; };
    file = mkOption {
      default = { };
      type = types.attrsOf (
        types.submodule {
          options.text = mkOption { type = types.lines; };
        }
      );
    };
    # By name, each after the files are in place.
    activation = mkOption {
      type = types.attrsOf types.str;
      default = { };
    };
    activationPackage = mkOption { type = types.raw; };
  };

  config.home.activationPackage =
    derive "home-manager-generation"
      {
        activate = ''
          user=${lib.escapeShellArg home.username}
          home=${lib.escapeShellArg home.homeDirectory}
          ${builtins.readFile ./activate.sh}
          ${lib.concatStrings (
            lib.mapAttrsToList (name: text: ''
              say ${lib.escapeShellArg "Activating ${name}"}
              ${text}
            '') home.activation
          )}
        '';
        passAsFile = [ "activate" ];
      }
      ''
        mkdir -p "$out/home-files"
        cd "$out"
        ${linkAll files}
        { echo '#!/bin/bash'; echo "generation=$out"; cat "$activatePath"; } >activate
        chmod 0555 activate
        echo 1 >gen-version
      '';
}
