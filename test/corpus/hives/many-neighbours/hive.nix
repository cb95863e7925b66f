# Twelve nodes, each of which writes down the addresses of all.
let
  names = builtins.genList (number: "node-${toString number}") 12;
in
{
  defaults =
    { lib, nodes, ... }:
    {
      environment.etc."hosts.all".text = lib.concatStringsSep "\n" (
        lib.mapAttrsToList (_: node: node.config.deployment.targetHost) nodes
      );
    };
}
// builtins.listToAttrs (
  map (name: {
    inherit name;
    value.deployment.targetHost = "${name}.example.org";
  }) names
)
