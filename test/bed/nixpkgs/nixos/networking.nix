# networking.*: a host's name, and the address of eth0.
{ lib, ... }:
let
  inherit (lib) mkOption types;
  ports = mkOption {
    type = types.listOf types.port;
    default = [ ];
  };
  address = types.submodule {
    options = {
      address = mkOption { type = types.str; };
      prefixLength = mkOption { type = types.ints.between 0 32; };
    };
  };
in
{
  options.networking = {
    hostName = mkOption {
      type = types.strMatching "[a-zA-Z0-9]([a-zA-Z0-9_-]*[a-zA-Z0-9])?";
      default = "nixos";
    };

    # Without an address of its own a host takes the one that the bed gives it, as it would DHCP's.
    interfaces = mkOption {
      default = { };
      type = types.attrsOf (
        types.submodule {
          options.ipv4.addresses = mkOption {
            type = types.listOf address;
            default = [ ];
          };
        }
      );
    };

    # Accepted, without effect in the bed.
    hostId = mkOption {
      type = types.nullOr (types.strMatching "[0-9a-fA-F]{8}");
      default = null;
    };
    domain = mkOption {
      type = types.nullOr types.str;
      default = null;
    };
    useDHCP = mkOption {
      type = types.bool;
      default = true;
    };
    firewall = {
      enable = mkOption {
        type = types.bool;
        default = true;
      };
      allowedTCPPorts = ports;
      allowedUDPPorts = ports;
    };
  };
}
