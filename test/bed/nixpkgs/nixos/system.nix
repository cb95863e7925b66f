# system.*, nix.settings, assertions: what the closure is called, and what its scripts do.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;

  nixValue = types.oneOf [
    types.bool
    types.int
    types.str
    types.package
  ];
  labelText = types.strMatching "[a-zA-Z0-9:_.-]*";
  activationScript = types.coercedTo types.str (text: { inherit text; }) (
    types.submodule {
      options = {
        text = mkOption {
          type = types.lines;
          default = "";
        };
        # Accepted, without effect: snippets run in the order of their names.
        deps = mkOption {
          type = types.listOf types.str;
          default = [ ];
        };
      };
    }
  );
in
{
  options = {
    system = {
      stateVersion = mkOption {
        type = types.str;
        default = config.system.nixos.release;
      };
      nixos = {
        release = mkOption {
          type = types.str;
          default = "25.05";
          readOnly = true;
        };
        version = mkOption {
          type = types.str;
          default = config.system.nixos.release;
        };
        tags = mkOption {
          type = types.listOf types.str;
          default = [ ];
        };
        label = mkOption {
          type = labelText;
          default = builtins.concatStringsSep "-" (
            builtins.sort builtins.lessThan config.system.nixos.tags
            ++ [ config.system.nixos.version ]
          );
        };
      };
      configurationRevision = mkOption {
        type = types.nullOr types.str;
        default = null;
      };
      activationScripts = mkOption {
        type = types.attrsOf activationScript;
        default = { };
      };
      preSwitchChecks = mkOption {
        type = types.attrsOf types.str;
        default = { };
      };
    };

    nix.settings = mkOption {
      type = types.attrsOf (types.either (types.listOf nixValue) nixValue);
      default = { };
    };

    assertions = mkOption {
      type = types.listOf types.unspecified;
      default = [ ];
    };
    warnings = mkOption {
      type = types.listOf types.str;
      default = [ ];
    };
  };

  config.nix.settings.trusted-users = [ "root" ];
}
