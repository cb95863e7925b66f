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
        environment.PATH = lib.mkDefault "/run/current-system/sw/bin";
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

  services = config.systemd.services;
  unitsWantedBy =
    target:
    map (name: "${name}.service") (
      builtins.filter (
        name: services.${name}.enable && builtins.elem target services.${name}.wantedBy
      ) (builtins.attrNames services)
    );
in
{
  options.systemd.services = mkOption {
    type = types.attrsOf (types.submodule service);
    default = { };
  };

  # For toplevel.nix: the text of each unit ("" masks it), and those that are started.
  options.bed.rendered = mkOption {
    type = types.raw;
    readOnly = true;
  };
  config.bed.rendered = {
    units = lib.mapAttrs' (
      name: service:
      lib.nameValuePair "${name}.service" (lib.optionalString service.enable (render service))
    ) services;
    wants = unitsWantedBy "multi-user.target";
  };
}
