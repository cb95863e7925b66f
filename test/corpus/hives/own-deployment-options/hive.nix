# A hive whose own module declares more below `deployment`: that is the hive's affair.
{
  defaults =
    { lib, ... }:
    {
      options.deployment.rack = lib.mkOption { type = lib.types.int; };
    };

  till =
    { config, ... }:
    {
      deployment.rack = 4;
      deployment.tags = [ "rack-${toString config.deployment.rack}" ];
    };
}
