{
  till =
    { name, ... }:
    {
      deployment.healthCheck = [ ];
      networking.hostName = name;
    };
}
