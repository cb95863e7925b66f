{
  defaults.deployment.tag = [ "all" ];
  till = { };
}
