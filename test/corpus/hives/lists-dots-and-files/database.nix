{
  services.postgresql.enable = true;
  deployment.tags = [ "db" ];
}
