# `deployment.keys`: files of this host that must not be in its closure, such as passwords.
#
# flotilla sends them over its ssh connection, never through the Nix store. Names, defaults and units are colmena's.
# src/fleet/key-settings.ts reads what is set here and has to agree with it; test/bed/nixpkgs compares the two.
{
  config,
  lib,
  options,
  pkgs,
  ...
}:
let
  inherit (lib)
    concatStrings
    escapeShellArg
    literalExpression
    mapAttrs'
    mapAttrsToList
    mkOption
    nameValuePair
    optionalAttrs
    types
    ;

  inherit (config.deployment) keys;

  fileName = types.addCheck types.str (
    name: builtins.match "[^/\n]+" name != null && name != "." && name != ".."
  ) // {
    description = "name of a file";
  };

  owner = types.strMatching "[0-9]+|[A-Za-z_][A-Za-z0-9._-]*[$]?" // {
    description = "name of a user or group, or its number";
  };

  # What two modules disagree about is named, not shown.
  secretText = types.str // {
    merge =
      loc: definitions:
      let
        values = map (definition: definition.value) definitions;
        files = map (definition: definition.file) definitions;
      in
      if builtins.all (value: value == builtins.head values) values then
        builtins.head values
      else
        throw "The option `${lib.showOption loc}' has different values in ${builtins.concatStringsSep " and " files}.";
  };

  content =
    { type, ... }@option:
    mkOption (
      option
      // {
        type = types.nullOr type;
        default = null;
      }
    );

  key =
    { name, config, ... }:
    {
      options = {
        name = mkOption {
          type = fileName;
          default = name;
          defaultText = lib.literalMD "the attribute's name";
          description = "What the file is called.";
        };

        text = content {
          type = secretText;
          description = ''
            The content itself. It is in the configuration then, and whoever can read that knows it: a flake is copied to
            the Nix store of the machine that deploys.
          '';
        };

        keyFile = content {
          type = types.path;
          # Its text: a path would be copied to the store.
          apply = file: if file == null then null else toString file;
          example = "/home/ana/secrets/shop";
          description = ''
            A file of the machine that deploys, whose content it is. As text: a flake takes a path without quotes for a file
            of its own, which is in the Nix store.
          '';
        };

        keyCommand = content {
          type = types.addCheck (types.listOf types.str) (words: words != [ ] && builtins.head words != "") // {
            description = "program, followed by its arguments";
          };
          example = [
            "pass"
            "show"
            "shop"
          ];
          description = ''
            A program, and its arguments, that the machine that deploys runs: what it writes to stdout is the content, down
            to the last newline. No shell is involved, its stdin is empty, and it has a minute. It is run once, however many
            keys and hosts want the same.
          '';
        };

        destDir = mkOption {
          type = types.path;
          default = "/run/keys";
          # A path of the host, which is not to be copied from here.
          apply = toString;
          description = "The directory on the host. `/run/keys` is in memory, and empty after a reboot.";
        };

        path = mkOption {
          type = types.path;
          default = "${config.destDir}/${config.name}";
          internal = true;
          description = "The file on the host, for other options to refer to.";
        };

        user = mkOption {
          type = owner;
          default = "root";
          example = "nginx";
          description = "Whose the file is.";
        };

        group = mkOption {
          type = owner;
          default = "root";
          example = "nginx";
          description = "The group of the file.";
        };

        permissions = mkOption {
          type = types.strMatching "[0-7]{3,4}" // {
            description = "three or four octal digits";
          };
          default = "0600";
          example = "0440";
          description = "Who may do what with the file, as chmod takes it.";
        };

        uploadAt = mkOption {
          type = types.enum [
            "pre-activation"
            "post-activation"
          ];
          default = "pre-activation";
          description = ''
            When it is sent. Before the activation, its owner need not exist yet: the file is root's until the activation,
            which makes users, gives it away. After the activation, the owner has to exist. `flotilla keys` sends all.
          '';
        };
      };
    };

  hasOneContent =
    { text, keyFile, keyCommand, ... }:
    builtins.length (
      builtins.filter (content: content != null) [
        text
        keyFile
        keyCommand
      ]
    ) == 1;

  early = lib.filterAttrs (_: key: key.uploadAt == "pre-activation") keys;

  # As the shell names it once it is there. /var/run is the one link that every system has on such a way.
  realDirectory =
    path:
    let
      steps = builtins.filter (step: builtins.isString step && step != "" && step != ".") (
        builtins.split "/" (builtins.dirOf path)
      );
      directory = concatStrings (map (step: "/${step}") steps);
      inRun = builtins.match "/var(/run(/.*)?)" directory;
    in
    if inRun == null then directory else builtins.head inRun;

  chown =
    { path, user, group, ... }:
    let
      words = map escapeShellArg [
        (realDirectory path)
        (builtins.baseNameOf path)
        "${user}:${group}"
      ];
    in
    "flotilla_give_key ${builtins.concatStringsSep " " words} || failed=yes\n";

  # Whoever owns a directory on the way can make of it a link to where another's file has the name of their key.
  giveKey = ''
    flotilla_give_key() (
      if ! cd -P "$1/" 2>/dev/null || [ ! -e "./$2" ]; then
        echo "the key $1/$2 is not there" >&2
      elif [ "$(pwd -P)" != "''${1:-/}" ]; then
        echo "a link leads to the key $1/$2, whose owner is set when it is sent the next time" >&2
      else
        chown -h "$3" "./$2"
      fi
    )
  '';

  # A unit file reads percent signs as its own.
  unitText = builtins.replaceStrings [ "%" ] [ "%%" ];
in
{
  options.deployment.keys = mkOption {
    type = types.attrsOf (types.submodule key);
    default = { };
    example = literalExpression ''
      {
        shop = { keyCommand = [ "pass" "show" "shop" ]; user = "nginx"; };
      }
    '';
    description = ''
      Files of the host that must not be in its closure, such as passwords. Each has exactly one of `text`, `keyFile` and
      `keyCommand`. The unit `<name>-key.service` is active as long as the file is there: services that need it are `after`
      and `requires` it.
    '';
  };

  # Only where there is a systemd to look after them, and a NixOS that activates: not in flotilla.lib.evalDeployment.
  config = optionalAttrs (options ? systemd.services) {
    assertions = mapAttrsToList (name: key: {
      assertion = hasOneContent key;
      message = "deployment.keys.${name} has to have exactly one of text, keyFile and keyCommand";
    }) keys;

    system.activationScripts.flotilla-keys = lib.mkIf (early != { }) {
      # In newer releases users are there before groups.
      deps = [ (if config.system.activationScripts ? groups then "groups" else "users") ];
      text = ''
        # Keys that came before their owners were there.
        ${giveKey}
        failed=
        ${concatStrings (mapAttrsToList (_: chown) early)}
        [ -z "$failed" ]
      '';
    };

    systemd.paths = mapAttrs' (
      name: key:
      nameValuePair "${name}-key" {
        description = "Arrival of the key ${unitText name}";
        wantedBy = [ "paths.target" ];
        pathConfig.PathExists = unitText key.path;
      }
    ) keys;

    # A path unit starts its service and never stops it (systemd#3642): the service waits for the file's end itself.
    systemd.services = mapAttrs' (
      name: key:
      let
        directory = escapeShellArg (builtins.dirOf key.path);
        file = escapeShellArg key.path;
      in
      nameValuePair "${name}-key" {
        description = "The key ${unitText name}";
        path = [ pkgs.inotify-tools ];
        serviceConfig = {
          TimeoutStartSec = "infinity";
          Restart = "always";
          RestartSec = "100ms";
        };
        unitConfig.StartLimitIntervalSec = 0;
        # Whoever waits for this unit waits for the key. What comes before the watch is set is seen by the next look.
        preStart = ''
          until [ -e ${file} ]; do
            inotifywait -t 5 -qq -e create,move ${directory} || sleep 1
          done
        '';
        script = "inotifywait -qq -e delete_self ${file} || true";
      }
    ) keys;
  };
}
