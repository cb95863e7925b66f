{ site }:
{
  till.deployment.tags = [ site ];
}
