# Files below /etc, programs on the PATH, and what a person sees at the login.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;

  file =
    { config, ... }:
    {
      options = {
        enable = mkOption {
          type = types.bool;
          default = true;
        };
        text = mkOption { type = types.lines; };
        source = mkOption {
          type = types.nullOr types.path;
          default = null;
        };
      };
      config.text = lib.mkIf (config.source != null) (
        lib.mkDefault (builtins.readFile config.source)
      );
    };
in
{
  options = {
    environment.etc = mkOption {
      type = types.attrsOf (types.submodule file);
      default = { };
    };
    environment.systemPackages = mkOption {
      type = types.listOf types.package;
      default = [ ];
    };
    users.motd = mkOption {
      type = types.nullOr types.lines;
      default = null;
    };

    # Accepted, without effect in the bed.
    time.timeZone = mkOption {
      type = types.nullOr types.str;
      default = null;
    };
    i18n.defaultLocale = mkOption {
      type = types.str;
      default = "en_US.UTF-8";
    };
  };

  config.environment.etc.motd = lib.mkIf (config.users.motd != null) { text = config.users.motd; };
}
