# A web server. It is kept only when it answers.
{
  services.nginx = {
    enable = true;
    virtualHosts.default = {
      default = true;
      root = ../site;
    };
  };
  networking.firewall.allowedTCPPorts = [ 80 ];

  deployment = {
    tags = [ "web" ];
    # The database first.
    dependsOn = [ "db-01" ];
    healthChecks = [
      {
        type = "http";
        url = "http://127.0.0.1/";
      }
    ];
  };
}
