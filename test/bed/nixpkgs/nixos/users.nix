# Users, and how they become root.
{ lib, ... }:
let
  inherit (lib) mkEnableOption mkOption types;
  no = mkOption {
    type = types.bool;
    default = false;
  };
  strings = mkOption {
    type = types.listOf types.str;
    default = [ ];
  };
in
{
  options = {
    users.users = mkOption {
      default = { };
      type = types.attrsOf (
        types.submodule {
          options = {
            isNormalUser = no;
            isSystemUser = no;
            description = mkOption {
              type = types.str;
              default = "";
            };
            extraGroups = strings;
            openssh.authorizedKeys.keys = strings;
            # Accepted, without effect in the bed.
            openssh.authorizedKeys.keyFiles = mkOption {
              type = types.listOf types.path;
              default = [ ];
            };
          };
        }
      );
    };

    security.sudo = {
      enable = mkOption {
        type = types.bool;
        default = true;
      };
      wheelNeedsPassword = mkOption {
        type = types.bool;
        default = true;
      };
    };
    security.doas = {
      enable = mkEnableOption "doas";
      wheelNeedsPassword = mkOption {
        type = types.bool;
        default = true;
      };
    };
  };
}
