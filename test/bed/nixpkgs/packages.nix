# `pkgs` of the stand-in: what modules build small files with, and names for programs that the bed's
# hosts have.
{
  lib,
  system,
  config ? { },
  overlays ? [ ],
}:
let
  # Built here whatever the host's platform: these are scripts and texts.
  inherit (import ../system/derivations.nix { buildPlatform = "x86_64-linux"; }) derive;

  write =
    {
      name,
      text,
      destination ? "",
      mode ? "0444",
    }:
    derive name
      {
        inherit text destination mode;
        passAsFile = [ "text" ];
      }
      ''
        mkdir -p "$(dirname "$out$destination")"
        cp "$textPath" "$out$destination"
        chmod "$mode" "$out$destination"
      '';

  # A program of the root file system that all hosts of the bed share.
  program =
    name:
    derive name { } ''
      mkdir -p "$out/bin"
      ln -s /usr/bin/${name} "$out/bin/${name}"
    ''
    // {
      meta.mainProgram = name;
    };
  programs = [
    "curl"
    "git"
    "htop"
    "perl"
    "rsync"
    "vim"
  ];

  kernel = version: {
    kernel = { inherit version; };
  };

  packages =
    lib.genAttrs programs program
    // {
      inherit
        config
        lib
        overlays
        system
        ;
      # Where nixos/lib/eval-config.nix is.
      path = ./.;
      stdenv.hostPlatform = { inherit system; };

      runtimeShell = "/bin/bash";
      runCommand =
        name: attributes: script:
        derive name attributes script;
      writeText = name: text: write { inherit name text; };
      writeTextFile =
        {
          name,
          text,
          executable ? false,
          destination ? "",
        }:
        write {
          inherit name text destination;
          mode = if executable then "0555" else "0444";
        };
      writeScript =
        name: text:
        write {
          inherit name text;
          mode = "0555";
        };
      # Of trees that have no name in common at their roots.
      buildEnv =
        { name, paths }:
        derive name { inherit paths; } ''
          mkdir "$out"
          for path in $paths; do ln -s "$path"/* "$out/"; done
        ''
        // {
          # As all that a stdenv makes.
          stdenv.hostPlatform = { inherit system; };
        };
      writeShellScript =
        name: text:
        write {
          inherit name;
          text = "#!/bin/bash\n${text}\n";
          mode = "0555";
        };
      writeShellScriptBin =
        name: text:
        write {
          inherit name;
          text = "#!/bin/bash\n${text}\n";
          destination = "/bin/${name}";
          mode = "0555";
        }
        // {
          meta.mainProgram = name;
        };

      # The hosts have no inotifywait: this one looks again and again.
      inotify-tools = write {
        name = "inotify-tools";
        text = builtins.readFile ./inotifywait.sh;
        destination = "/bin/inotifywait";
        mode = "0555";
      };

      # What an image for kexec brings along, for whatever machine: here it only says what it would have done.
      pkgsStatic = {
        kexec-tools = final.writeShellScriptBin "kexec" ''echo "kexec $*"'';
        iproute2.override = _: final.writeShellScriptBin "ip" "echo '[]'";
      };

      linuxPackages = kernel "6.12.1";
      linuxPackages_latest = kernel "6.13.5";
    };

  final = builtins.foldl' (previous: overlay: previous // overlay final previous) packages overlays;
in
final
