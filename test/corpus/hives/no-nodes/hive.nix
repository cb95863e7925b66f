{
  meta.description = "Nobody at home";
  defaults.deployment.tags = [ "all" ];
}
