{
  till =
    { nodes, ... }:
    {
      environment.etc."neighbour".text = nodes.tiller.config.networking.hostName;
    };
}
