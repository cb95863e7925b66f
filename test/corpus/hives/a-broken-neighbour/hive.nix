# What a node gets wrong is its own: others may read the rest of it.
{
  wrong = {
    deployment.noSuchOption = true;
    networking.hostName = "wrong";
  };
  right =
    { nodes, ... }:
    {
      environment.etc."neighbour".text = nodes.wrong.config.networking.hostName;
    };
}
