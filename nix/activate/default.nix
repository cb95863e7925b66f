# What deploy-rs has in `lib.<system>`: derivations that bring themselves to life, for flakes without its input. A
# profile needs nothing of another tool on its host, and so none of the host's platform here.
{ pkgs }:
let
  inherit (pkgs) lib;

  # A tree with a program `deploy-rs-activate`, which is run with PROFILE in its environment and from there. What
  # DRY_ACTIVATE=1 and BOOT=1 do is said by `custom // { dryActivate = …; boot = …; }`; otherwise they print the script.
  custom = {
    __functor =
      self: base: activate:
      let
        printed = "echo ${pkgs.writeScript "activate" activate}";
      in
      activatable base ''
        if [[ "''${DRY_ACTIVATE:-}" == "1" ]]
        then
          ${self.dryActivate or printed}
        elif [[ "''${BOOT:-}" == "1" ]]
        then
          ${self.boot or printed}
        else
          ${activate}
        fi
      '';
  };

  activatable =
    base: script:
    pkgs.buildEnv {
      name = "activatable-${base.name}";
      paths = [
        base
        (pkgs.writeTextFile {
          name = "${base.name}-activate";
          text = ''
            #!${pkgs.runtimeShell}
            set -euo pipefail

            ${script}
          '';
          executable = true;
          destination = "/deploy-rs-activate";
        })
      ];
    };

  # The guard knows a NixOS system by these very lines (src/activation/guard/profile.sh), and then tries it before it
  # becomes what boots.
  switchTo = action: "$PROFILE/bin/switch-to-configuration ${action}";
  nixos =
    configuration:
    (
      custom
      // {
        dryActivate = switchTo "dry-activate";
        boot = switchTo "boot";
      }
    )
      configuration.config.system.build.toplevel
      ''
        # Started from the profile, whose link moves under it (https://github.com/NixOS/nixpkgs/issues/73404).
        cd /tmp
        ${switchTo "switch"}
      '';
in
{
  activate = {
    inherit custom nixos;
    home-manager = configuration: custom configuration.activationPackage "$PROFILE/activate";
    # sudo on a Mac keeps the HOME of who calls it.
    darwin =
      configuration:
      custom configuration.config.system.build.toplevel "HOME=/var/root $PROFILE/activate";
    noop = base: custom base ":";
  };

  setActivate = lib.warn "setActivate is called activate.custom" custom;

  deployChecks = deploy: builtins.mapAttrs (_: check: check deploy) (import ./checks.nix { inherit pkgs; });
}
