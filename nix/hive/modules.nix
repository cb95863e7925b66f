# What a hive adds to every node beside its options: the part of `deployment.keys` that is in the system itself.
#
# The systems have to be the very ones that colmena builds from the same hive, so what is generated here is its text,
# byte for byte. None of it may look at what a key contains.
let
  inherit (builtins)
    concatStringsSep
    filter
    length
    ;

  lines = concatStringsSep "\n";
in
{
  assertionModule =
    {
      name,
      config,
      lib,
      options,
      ...
    }:
    let
      places = concatStringsSep ", " (lib.unique options.deployment.keys.files);
    in
    {
      assertions = lib.mapAttrsToList (
        key:
        {
          text,
          keyFile,
          keyCommand,
          ...
        }:
        {
          assertion =
            length (
              filter (content: content != null) [
                text
                keyFile
                keyCommand
              ]
            ) == 1;
          message = "${name}: deployment.keys.${key} has to have exactly one of text, keyFile and keyCommand (${places})";
        }
      ) config.deployment.keys;
    };

  # Keys that are sent before the activation belong to root until the users exist, which the activation makes.
  keyChownModule =
    { config, lib, ... }:
    let
      early = lib.filterAttrs (_: key: key.uploadAt == "pre-activation") config.deployment.keys;
      after = if config.system.activationScripts ? groups then "groups" else "users";

      chown =
        key:
        let
          path = "${key.destDir}/${key.name}";
        in
        lines [
          ''if [ -f "${path}" ]; then''
          "  if ! chown ${key.user}:${key.group} \"${path}\"; then"
          "    # Error should be visible in stderr"
          "    failed=1"
          "  fi"
          "else"
          "  >&2 echo \"Key ${path} does not exist. Skipping chown.\""
          "fi"
          ""
        ];

      script = lines [
        "# This script is injected by Colmena to change the ownerships"
        "# of keys (`deployment.keys`) deployed before system activation."
        ""
        ''>&2 echo "setting up key ownerships..."''
        ""
        "# We set the ownership of as many keys as possible before failing"
        "failed="
        ""
        (lines (lib.mapAttrsToList (_: chown) early))
        ""
        ''if [ -n "$failed" ]; then''
        "  >&2 echo \"Failed to set the ownership of some keys.\""
        ""
        "  # The activation script has a trap to handle failed"
        "  # commands and print out various debug information."
        "  # Let's trigger that instead of `exit 1`."
        "  false"
        "fi"
        ""
      ];
    in
    {
      system.activationScripts.colmena-chown-keys = lib.mkIf (early != { }) (
        lib.stringAfter [ after ] script
      );
    };

  # A unit for each key, active as long as the key is there. A path unit starts its service and never stops it
  # (systemd#3642), so the service watches the file itself.
  keyServiceModule =
    {
      config,
      lib,
      pkgs,
      ...
    }:
    {
      systemd.paths = lib.mapAttrs' (
        attribute: key:
        lib.nameValuePair "${attribute}-key" {
          wantedBy = [ "paths.target" ];
          pathConfig.PathExists = key.path;
        }
      ) config.deployment.keys;

      systemd.services = lib.mapAttrs' (
        attribute: key:
        lib.nameValuePair "${attribute}-key" {
          enable = true;
          serviceConfig = {
            TimeoutStartSec = "infinity";
            Restart = "always";
            RestartSec = "100ms";
          };
          path = [ pkgs.inotify-tools ];
          preStart = lines [
            ''(while read f; do if [ "$f" = "${key.name}" ]; then break; fi; done \''
            "  < <(inotifywait -qm --format '%f' -e create,move ${key.destDir}) ) &"
            ''if [[ -e "${key.path}" ]]; then''
            "  echo 'flapped down'"
            "  kill %1"
            "  exit 0"
            "fi"
            "wait %1"
            ""
          ];
          script = lines [
            ''inotifywait -qq -e delete_self "${key.path}" &''
            ''if [[ ! -e "${key.path}" ]]; then''
            "  echo 'flapped up'"
            "  exit 0"
            "fi"
            "wait %1"
            ""
          ];
        }
      ) config.deployment.keys;
    };
}
