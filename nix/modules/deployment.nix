# `deployment.*`: how flotilla reaches, checks and activates this host.
#
# A NixOS module that any flake can import and none has to. Names and meaning are colmena's where
# colmena has the option. src/fleet/deployment.ts reads what is set here and has to agree with it;
# test/bed/nixpkgs compares the two.
{ config, lib, ... }:
let
  inherit (lib) literalExpression mkOption types;

  seconds = types.ints.positive // {
    description = "number of seconds, at least 1";
  };

  pathInSystem = types.strMatching "[^/].*" // {
    description = "path relative to the system";
  };

  # Unlike types.port without 0, which nothing listens on.
  port = types.ints.between 1 65535;

  profile = types.submodule {
    options = {
      path = mkOption {
        # A string first: types.package asks for the path of a string, which a flake may not.
        type = types.either types.str types.package;
        example = literalExpression ''self.homeConfigurations."alice@web-01".activationPackage'';
        description = "The package that is activated, or a string that is its path.";
      };

      activator = mkOption {
        type = types.enum [
          "home-manager"
          "deploy-rs"
        ];
        example = "home-manager";
        description = ''
          How it is activated. `home-manager`: by its `activate`. `deploy-rs`: by its
          `deploy-rs-activate`, which deploy-rs's `activate.custom` and its like put there.
        '';
      };

      user = mkOption {
        type = types.nullOr (
          types.strMatching "[A-Za-z0-9_][A-Za-z0-9_.-]*[$]?"
          // {
            description = "name of a user";
          }
        );
        default = null;
        example = "alice";
        description = "The user whose profile it is, and as whom it is activated. `null`: root.";
      };

      profilePath = mkOption {
        type = types.nullOr (types.strMatching "/.*" // { description = "absolute path"; });
        default = null;
        example = "/nix/var/nix/profiles/per-user/alice/shop";
        description = ''
          Where the profile is. `null`: where home-manager or deploy-rs has it, which is looked up
          on the host.
        '';
      };

      order = mkOption {
        type = types.int;
        default = 0;
        example = 10;
        description = ''
          Profiles of a lower order are activated first, those of one order by their names. The
          system itself always goes first.
        '';
      };
    };
  };

  # A health check is one of several submodules; its `type` says which. Each accepts its own options
  # only, so that a `port` given to an http check is an error with its file.
  healthCheck = oneOfChecks // {
    description = "health check, whose `type` is unit, http, tcp or command";
  };

  oneOfChecks = types.oneOf [
    (checkOfType "unit" {
      unit = mkOption {
        type = types.nonEmptyStr;
        example = "nginx.service";
        description = "The systemd unit that has to be active.";
      };
      from = whereFrom [ "target" ];
    })
    (checkOfType "http" {
      url = mkOption {
        type = types.strMatching "https?://.+" // {
          description = "http:// or https:// URL";
        };
        example = "http://127.0.0.1:8080/health";
        description = "The address that is asked for. As seen from where the check runs.";
      };
      status = mkOption {
        type = types.ints.between 100 599;
        default = 200;
        description = "The HTTP status that counts as healthy.";
      };
    })
    (checkOfType "tcp" {
      address = mkOption {
        type = types.nonEmptyStr;
        default = "127.0.0.1";
        description = ''
          The address that has to accept connections. As seen from where the check runs.
        '';
      };
      port = mkOption {
        type = port;
        example = 5432;
        description = "The TCP port that has to accept connections.";
      };
    })
    (checkOfType "command" {
      command = mkOption {
        type = types.nonEmptyListOf types.str;
        example = literalExpression ''[ "/run/current-system/sw/bin/redis-cli" "ping" ]'';
        description = ''
          The program to run, followed by its arguments; no shell is involved. It has to exit with
          status 0. On the target it is run as root.
        '';
      };
    })
  ];

  # Only a host itself knows its units.
  whereFrom =
    places:
    mkOption {
      type = types.enum places;
      default = "target";
      description = ''
        Where the check runs: on the host itself, or on the machine that deploys. A unit is always
        checked on the host.
      '';
    };

  checkOfType =
    type: typeOptions:
    let
      checkOptions = {
        type = mkOption {
          type = types.enum [ type ];
          example = type;
          description = "What is checked: `unit`, `http`, `tcp` or `command`.";
        };
        name = mkOption {
          type = types.nullOr types.str;
          default = null;
          example = "shop answers";
          description = "What the check is called in the output. `null`: flotilla describes it.";
        };
        from = whereFrom [
          "target"
          "operator"
        ];
        interval = mkOption {
          type = seconds;
          default = 1;
          description = "Seconds between two attempts.";
        };
        timeout = mkOption {
          type = seconds;
          default = 30;
          description = "Seconds within which the whole check has to have succeeded.";
        };
        consecutive = mkOption {
          type = types.ints.positive;
          default = 1;
          description = "How many attempts in a row have to succeed.";
        };
      };
    in
    types.addCheck (types.submodule { options = checkOptions // typeOptions; }) (
      value: builtins.isAttrs value && value.type or null == type
    );
in
{
  imports = [ ./keys.nix ];

  options.deployment = {
    targetHost = mkOption {
      type = types.nullOr types.nonEmptyStr;
      # The readers tell this default from a value that was set, and use the host's name in the
      # flake: a module cannot know that name, but other modules may want to read an address here.
      default = config.networking.hostName;
      defaultText = lib.literalMD "the host's name in the flake";
      example = "web-01.example.org";
      description = ''
        The name or address that ssh connects to. Aliases of `~/.ssh/config` work. `null`: the host
        is built, but never deployed to.
      '';
    };

    targetHosts = mkOption {
      type = types.listOf types.nonEmptyStr;
      default = [ ];
      example = [
        "10.0.3.11"
        "web-01.backup.example.org"
      ];
      description = ''
        More addresses of the host, tried in this order after {option}`deployment.targetHost`.
      '';
    };

    targetPort = mkOption {
      type = types.nullOr port;
      default = null;
      example = 2222;
      description = "The port that ssh connects to. `null`: what ssh's own configuration says.";
    };

    targetUser = mkOption {
      type = types.nullOr types.nonEmptyStr;
      default = "root";
      example = "deploy";
      description = ''
        The user to log in as. Anyone but root has to be able to become root: without a password, or
        with the one that `--ask-sudo-password` asks for. `null`: what ssh's own configuration says.
      '';
    };

    sshOptions = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [
        "-J"
        "bastion.example.org"
      ];
      description = "More arguments for ssh, one list element each.";
    };

    hostKey = mkOption {
      type = types.nullOr types.str;
      default = null;
      example = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI…";
      description = ''
        The public half of the host's ssh key. When it is set, nothing else is accepted from the
        host, whatever `known_hosts` says.
      '';
    };

    privilegeEscalationCommand = mkOption {
      type = types.nullOr (types.listOf types.str);
      default = null;
      example = [
        "doas"
        "-n"
      ];
      description = ''
        The words in front of a command that run it as root, when {option}`deployment.targetUser` is
        not root. `null`: flotilla asks the host which of sudo, doas and run0 works there.
      '';
    };

    tags = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [
        "web"
        "berlin"
      ];
      description = "Names for groups of hosts: `--on @web` selects every host with the tag `web`.";
    };

    buildOnTarget = mkOption {
      type = types.bool;
      default = false;
      description = ''
        Build the system on the host itself. Useful where it has an architecture that cannot be
        built here.
      '';
    };

    buildHost = mkOption {
      type = types.nullOr types.str;
      default = null;
      example = "builder.example.org";
      description = ''
        The machine that builds the system, as ssh knows it. `null`: the machine that deploys.
      '';
    };

    substituteOnDestination = mkOption {
      type = types.bool;
      default = true;
      description = ''
        Let the host fetch what it can from its own binary caches. `false`: everything is copied to
        it, which is faster where the connection to it is better than its connection to the caches.
      '';
    };

    dependsOn = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "db-01" ];
      description = ''
        Names of hosts that have to have ended well before this host is activated, when they are
        part of the same run.
      '';
    };

    wave = mkOption {
      type = types.ints.unsigned;
      default = 0;
      example = 1;
      description = ''
        Hosts of a lower wave are activated first. The next wave starts when every host of this one
        has ended well.
      '';
    };

    healthChecks = mkOption {
      type = types.listOf healthCheck;
      default = [ ];
      example = literalExpression ''
        [
          { type = "unit"; unit = "nginx.service"; }
          { type = "http"; url = "http://127.0.0.1/health"; timeout = 60; }
        ]
      '';
      description = ''
        What has to be true of the new system before it is kept. A check that does not succeed in
        time is a failed activation: the host goes back to the system it ran before.
      '';
    };

    preActivate = mkOption {
      type = types.nullOr pathInSystem;
      default = null;
      example = "sw/bin/raid-is-whole";
      description = ''
        A program of the new system, by its path in it, run as root on the host before anything is
        changed there. When it fails the host is left as it is. Packages of
        {option}`environment.systemPackages` are below `sw/bin`. Of a host whose first profile is a
        user's it is a program of that profile, run as that user.
      '';
    };

    activationTimeout = mkOption {
      type = seconds;
      default = 300;
      description = "Seconds after which an activation that has not ended counts as failed.";
    };

    rollback = {
      enable = mkOption {
        type = types.bool;
        default = true;
        description = ''
          Go back to the previous system when the new one fails. `false`: keep the new one whatever
          happens.
        '';
      };

      confirmTimeout = mkOption {
        type = seconds;
        default = 30;
        example = 120;
        description = ''
          Seconds that the host waits, after activation, for a new ssh connection to confirm that it
          can still be reached. When none came it goes back by itself.
        '';
      };

      onFailedUnits = mkOption {
        type = types.enum [
          "rollback"
          "ignore"
        ];
        default = "rollback";
        description = ''
          What follows when units fail that did not fail before. `ignore`: the new system is kept.
        '';
      };
    };

    profiles = mkOption {
      type = types.attrsOf profile;
      # Not a check of the type: nixpkgs loses one that stands around submodules.
      apply =
        profiles:
        let
          isName = name: builtins.match "[A-Za-z0-9_][A-Za-z0-9_.-]*" name != null;
          others = builtins.filter (name: !isName name) (builtins.attrNames profiles);
        in
        if others == [ ] then
          profiles
        else
          throw "deployment.profiles.\"${builtins.head others}\": a profile's name has letters, digits, '.', '_' and '-'";
      default = { };
      example = literalExpression ''
        {
          alice = {
            activator = "home-manager";
            user = "alice";
            path = self.homeConfigurations."alice@web-01".activationPackage;
          };
        }
      '';
      description = ''
        What is activated on the host besides its system, and taken back together with it: when one
        profile fails, all that were activated before it go back.
      '';
    };

    reboot.policy = mkOption {
      type = types.enum [
        "never"
        "when-needed"
        "always"
      ];
      default = "never";
      description = ''
        Whether the host is rebooted once the new system is kept. `when-needed`: when it boots
        another kernel, initrd or kernel parameters than the one that runs.
      '';
    };

    allowLocalDeployment = mkOption {
      type = types.bool;
      default = false;
      description = "Let `flotilla apply-local` deploy this host on the machine itself.";
    };

    replaceUnknownProfiles = mkOption {
      type = types.bool;
      default = true;
      description = ''
        Deploy also over a system that this machine has never seen. `false`: such a host is refused,
        unless `--force-replace-unknown-profiles` is given.
      '';
    };

    allowDegraded = mkOption {
      type = types.bool;
      default = false;
      description = ''
        Deploy also while units of the host have failed already. Without it such a host is refused.
      '';
    };

    offline = mkOption {
      type = types.enum [
        "fail"
        "skip"
      ];
      default = "fail";
      description = ''
        What a host is that cannot be reached: a failure of the run (`fail`), or left out of it
        (`skip`).
      '';
    };
  };
}
