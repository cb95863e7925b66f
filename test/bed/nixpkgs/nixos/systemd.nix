# systemd.services.*, and their rendering as unit files.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;

  unitNames = mkOption {
    type = types.listOf types.str;
    default = [ ];
  };
  scalar = types.oneOf [
    types.bool
    types.int
    types.str
    types.path
  ];
  section = mkOption {
    type = types.attrsOf (types.either (types.listOf scalar) scalar);
    default = { };
  };
  yes = mkOption {
    type = types.bool;
    default = true;
  };

  service =
    { name, config, ... }:
    {
      options = {
        enable = yes;
        description = mkOption {
          type = types.str;
          default = "";
        };
        wantedBy = unitNames;
        wants = unitNames;
        requires = unitNames;
        after = unitNames;
        before = unitNames;
        environment = mkOption {
          type = types.attrsOf types.str;
          default = { };
        };
        unitConfig = section;
        serviceConfig = section;
        # Programs of these packages come first on the PATH.
        path = mkOption {
          type = types.listOf types.package;
          default = [ ];
        };
        script = mkOption {
          type = types.lines;
          default = "";
        };
        preStart = mkOption {
          type = types.lines;
          default = "";
        };
        restartIfChanged = yes;
        stopIfChanged = yes;
        reloadIfChanged = mkOption {
          type = types.bool;
          default = false;
        };
        restartTriggers = mkOption {
          type = types.listOf types.unspecified;
          default = [ ];
        };
      };

      config = {
        # NixOS puts coreutils and a few more here; systemd's own default has next to nothing.
        environment.PATH = lib.mkDefault (
          lib.concatMapStrings (package: "${package}/bin:") config.path + "/run/current-system/sw/bin"
        );
        unitConfig = lib.filterAttrs (_: value: value != [ ] && value != "" && value != null) {
          Description = config.description;
          Wants = config.wants;
          Requires = config.requires;
          After = config.after;
          Before = config.before;
          X-RestartIfChanged = if config.restartIfChanged then null else false;
          X-ReloadIfChanged = if config.reloadIfChanged then true else null;
          X-StopIfChanged = if config.stopIfChanged then null else false;
          X-Restart-Triggers = lib.concatMapStringsSep " " toString config.restartTriggers;
        };
        serviceConfig = {
          Environment = lib.mapAttrsToList (
            variable: value: builtins.toJSON "${variable}=${value}"
          ) config.environment;
          ExecStart = lib.mkIf (config.script != "") (
            toString (pkgs.writeShellScript "${name}-start" "set -e\n${config.script}")
          );
          ExecStartPre = lib.mkIf (config.preStart != "") [
            (toString (pkgs.writeShellScript "${name}-pre-start" "set -e\n${config.preStart}"))
          ];
        };
      };
    };

  pathUnit = {
    options = {
      description = mkOption {
        type = types.str;
        default = "";
      };
      wantedBy = unitNames;
      pathConfig = section;
    };
  };

  renderValue = value: if builtins.isBool value then lib.boolToString value else toString value;
  renderSection =
    settings:
    lib.concatStrings (
      lib.mapAttrsToList (
        name: value: lib.concatMapStrings (one: "${name}=${renderValue one}\n") (lib.toList value)
      ) settings
    );
  render = service: ''
    [Unit]
    ${renderSection service.unitConfig}
    [Service]
    ${renderSection service.serviceConfig}'';

  renderPath = path: ''
    [Unit]
    ${renderSection (lib.optionalAttrs (path.description != "") { Description = path.description; })}
    [Path]
    ${renderSection path.pathConfig}'';

  inherit (config.systemd) services paths;
  wanted = lib.filterAttrs (_: unit: unit.enable or true);
  unitsWantedBy =
    target: suffix: units:
    map (name: "${name}.${suffix}") (
      builtins.filter (name: builtins.elem target units.${name}.wantedBy) (
        builtins.attrNames (wanted units)
      )
    );
in
{
  options.systemd.services = mkOption {
    type = types.attrsOf (types.submodule service);
    default = { };
  };
  options.systemd.paths = mkOption {
    type = types.attrsOf (types.submodule pathUnit);
    default = { };
  };

  # For toplevel.nix: the text of each unit ("" masks it), those that are started, and other links to units.
  options.bed.rendered = mkOption {
    type = types.raw;
    readOnly = true;
  };
  config.bed.rendered = {
    units =
      lib.mapAttrs' (
        name: service:
        lib.nameValuePair "${name}.service" (lib.optionalString service.enable (render service))
      ) services
      // lib.mapAttrs' (name: path: lib.nameValuePair "${name}.path" (renderPath path)) paths;
    wants = unitsWantedBy "multi-user.target" "service" services;
    links = builtins.listToAttrs (
      map (unit: lib.nameValuePair "paths.target.wants/${unit}" "../${unit}") (
        unitsWantedBy "paths.target" "path" paths
      )
    );
  };
}
