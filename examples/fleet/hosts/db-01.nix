{
  networking.hostName = "db-01";

  services.postgresql.enable = true;

  deployment = {
    tags = [ "db" ];
    healthChecks = [
      {
        type = "unit";
        unit = "postgresql.service";
      }
      {
        type = "tcp";
        port = 5432;
      }
    ];
  };
}
