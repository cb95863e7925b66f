{
  description = "with --from deploy, the plain output says what deploy-rs has no words for";

  outputs = _: {
    nixosConfigurations = { };
    deploy.nodes.web = {
      hostname = "10.0.0.1";
      sshUser = "admin";
      sshOpts = [ "-4" ];
      profiles.system = {
        user = "root";
        path = derivation {
          name = "activatable";
          system = "x86_64-linux";
          builder = "/bin/sh";
        };
      };
    };
    flotilla = {
      defaults.sshOptions = [ "-C" ];
      hosts.web = {
        tags = [ "eu" ];
        targetHost = "elsewhere";
        healthChecks = [
          {
            type = "unit";
            unit = "nginx.service";
          }
        ];
      };
    };
  };
}
