# Nodes that read each other.
{
  defaults =
    {
      lib,
      name,
      nodes,
      ...
    }:
    {
      networking.hostName = name;
      environment.etc."neighbours".text = lib.concatStringsSep "\n" (
        lib.mapAttrsToList (
          _: node: "${node.config.deployment.targetHost} ${node.config.networking.hostName}"
        ) nodes
      );
    };

  one =
    { nodes, ... }:
    {
      deployment.targetHost = "10.0.0.1";
      deployment.tags = map (tag: "beside-${tag}") nodes.two.config.deployment.tags;
    };

  two.deployment.tags = [ "second" ];

  three =
    { nodes, lib, ... }:
    {
      # Whether a neighbour has a key, and where; not what is in it.
      deployment.tags = lib.optional (nodes.one.config.deployment.keys == { }) "keyless";
    };
}
