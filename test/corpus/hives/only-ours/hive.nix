# Settings that are flotilla's, in a hive.
{
  till =
    { name, ... }:
    {
      networking.hostName = name;
      deployment = {
        targetHosts = [ "10.0.0.5" ];
        healthChecks = [
          {
            type = "tcp";
            port = 22;
          }
        ];
        wave = 2;
        rollback.confirmTimeout = 90;
      };
    };

  # The same system without them.
  till-of-colmena.networking.hostName = "till";
}
