# The options of a Mac, as far as the bed has them, and its closure: `activate` is all that is needed to switch to it.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  inherit (import ../../system/derivations.nix { buildPlatform = "x86_64-linux"; })
    derive
    file
    linkAll
    ;
  inherit (config.system) activationScripts darwinLabel;

  lines = mkOption {
    type = types.lines;
    default = "";
  };

  daemonFiles = lib.mapAttrs' (name: daemon: {
    name = "Library/LaunchDaemons/org.nixos.${name}.plist";
    value = file "${name}.plist" daemon.command;
  }) config.launchd.daemons;
  etcFiles = lib.mapAttrs' (name: { text }: {
    name = "etc/${name}";
    value = file "etc-file" text;
  }) config.environment.etc;

  activate = ''
    #!/bin/bash
    set -e
    set -o pipefail
    systemConfig=@out@
    PATH=$systemConfig/sw/bin:/usr/bin:/bin:/usr/sbin:/sbin
    export PATH
    umask 0022

    ${activationScripts.preActivation.text}

    echo "setting up /etc..." >&2
    (cd "$systemConfig/etc" && find . -type l) | while read -r path; do
      mkdir -p "$(dirname "/etc/$path")"
      ln -sfn "$systemConfig/etc/$path" "/etc/$path"
    done

    echo "setting up launchd services..." >&2
    for plist in "$systemConfig"/Library/LaunchDaemons/*.plist; do
      [ -e "$plist" ] || continue
      launchctl bootout "system/$(basename "$plist" .plist)" 2>/dev/null || true
      launchctl bootstrap system "$plist"
    done

    ${activationScripts.postActivation.text}

    ln -sfn "$systemConfig" /run/current-system
    ln -sfn /run/current-system /nix/var/nix/gcroots/current-system
  '';

  # Since everything is activated as root it does nothing; before it was a part of the activation.
  activateUser =
    if activationScripts.extraUserActivation.text == "" then
      ''
        #!/bin/bash
        # nix-darwin: deprecated
        echo "activate-user does nothing any more" >&2
      ''
    else
      ''
        #!/bin/bash
        set -e
        ${activationScripts.extraUserActivation.text}
      '';
in
{
  options = {
    networking.hostName = mkOption {
      type = types.nullOr types.str;
      default = null;
    };
    environment.etc = mkOption {
      default = { };
      type = types.attrsOf (types.submodule { options.text = lines; });
    };
    launchd.daemons = mkOption {
      default = { };
      type = types.attrsOf (
        types.submodule {
          options.command = mkOption { type = types.str; };
        }
      );
    };
    system = {
      stateVersion = mkOption {
        type = types.int;
        default = 6;
      };
      primaryUser = mkOption {
        type = types.nullOr types.str;
        default = null;
      };
      darwinLabel = mkOption {
        type = types.str;
        default = "25.05.bed";
      };
      activationScripts = {
        preActivation.text = lines;
        extraUserActivation.text = lines;
        postActivation.text = lines;
      };
      build = mkOption {
        type = types.lazyAttrsOf types.raw;
        default = { };
      };
    };
  };

  config.system.build.toplevel =
    derive "darwin-system-${darwinLabel}"
      {
        inherit activate activateUser;
        passAsFile = [
          "activate"
          "activateUser"
        ];
      }
      ''
        mkdir -p "$out/etc" "$out/sw/bin" "$out/Library/LaunchDaemons"
        cd "$out"
        ${linkAll (daemonFiles // etcFiles)}
        sed "s|@out@|$out|" "$activatePath" >activate
        cp "$activateUserPath" activate-user
        chmod 0555 activate activate-user
        printf %s "$out" >systemConfig
        printf %s '${darwinLabel}' >darwin-version
        printf %s '${config.nixpkgs.hostPlatform.system}' >system
      '';
}
