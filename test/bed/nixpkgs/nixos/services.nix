# services.*: sshd, and two that fleets have and that health checks ask. The bed's hosts have
# neither nginx nor PostgreSQL: serve.pl answers in their place, on their ports and under their
# units' names.
{ config, lib, ... }:
let
  inherit (lib) mkEnableOption mkOption types;

  serve = port: root: "/usr/bin/perl ${./serve.pl} ${toString port} ${root}";

  sites = builtins.attrValues config.services.nginx.virtualHosts;
  defaultSite = builtins.head (
    builtins.filter (site: site.root != null) sites ++ [ { root = "/var/empty"; } ]
  );
in
{
  options.services = {
    openssh = {
      enable = mkEnableOption "sshd";
      ports = mkOption {
        type = types.listOf types.port;
        default = [ 22 ];
      };
      openFirewall = mkOption {
        type = types.bool;
        default = true;
      };
      # Accepted, without effect in the bed.
      settings = mkOption {
        type = types.attrsOf types.anything;
        default = { };
      };
      hostKeys = mkOption {
        type = types.listOf types.attrs;
        default = [
          {
            type = "rsa";
            bits = 4096;
            path = "/etc/ssh/ssh_host_rsa_key";
          }
          {
            type = "ed25519";
            path = "/etc/ssh/ssh_host_ed25519_key";
          }
        ];
      };
      authorizedKeysCommand = mkOption {
        type = types.str;
        default = "none";
      };
    };

    nginx = {
      enable = mkEnableOption "nginx";
      virtualHosts = mkOption {
        default = { };
        type = types.attrsOf (
          types.submodule {
            options = {
              default = mkOption {
                type = types.bool;
                default = false;
              };
              root = mkOption {
                type = types.nullOr types.path;
                default = null;
              };
            };
          }
        );
      };
    };

    postgresql = {
      enable = mkEnableOption "PostgreSQL";
      enableTCPIP = mkEnableOption "connections from other machines";
    };
  };

  config.systemd.services = {
    nginx = lib.mkIf config.services.nginx.enable {
      description = "Nginx Web Server";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ];
      serviceConfig.ExecStart = serve 80 "${defaultSite.root}";
      serviceConfig.Restart = "always";
    };
    postgresql = lib.mkIf config.services.postgresql.enable {
      description = "PostgreSQL Server";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ];
      serviceConfig.ExecStart = serve 5432 "";
    };
  };
}
