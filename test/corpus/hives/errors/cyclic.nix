# Each takes its name from the other.
{
  one =
    { nodes, ... }:
    {
      networking.hostName = nodes.two.config.networking.hostName;
    };
  two =
    { nodes, ... }:
    {
      networking.hostName = nodes.one.config.networking.hostName;
    };
}
