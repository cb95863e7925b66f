# What flotilla asks of one node of an evaluated hive: a function of host.nix, the hive and the node's name.
#
# A hive may be made by hand, from nixosConfigurations for example, so what it says of a node counts more than what the
# node says of itself, and the node need not be a whole configuration.
host: hive: name:
let
  inherit (builtins) removeAttrs;

  node = hive.nodes.${name};
  toplevel = hive.toplevel.${name} or node.config.system.build.toplevel;
  deployment = hive.deploymentConfig.${name} or node.config.deployment or { };

  # Colmena's default says "by sudo, if need be". Without it flotilla asks the host what works there, sudo first.
  withoutDefaultElevation =
    if
      deployment.privilegeEscalationCommand or null == [
        "sudo"
        "-H"
        "--"
      ]
    then
      removeAttrs deployment [ "privilegeEscalationCommand" ]
    else
      deployment;
in
host {
  pkgs = node.pkgs or { };
  config = node.config // {
    system = node.config.system or { } // {
      build = node.config.system.build or { } // {
        inherit toplevel;
      };
    };
    deployment = withoutDefaultElevation;
  };
}
