# Keys of every kind. Their units and the change of owner are part of the system; what they contain is not.
{
  app =
    { config, ... }:
    {
      deployment.keys = {
        "tls.key" = {
          keyFile = ./tls.key;
          destDir = "/var/lib/tls";
          user = "nginx";
          group = "nginx";
          permissions = "0440";
        };
        database = {
          keyCommand = [
            "pass"
            "show"
            "database"
          ];
          name = "database.password";
        };
        late = {
          text = "a text that everybody may read";
          uploadAt = "post-activation";
        };
      };
      environment.etc."database".text = config.deployment.keys.database.path;
    };

  # The same keys; other contents make no other system.
  app-with-other-contents =
    { config, ... }:
    {
      networking.hostName = "nixos";
      deployment.keys = {
        "tls.key" = {
          keyFile = "/var/lib/tls.key";
          destDir = "/var/lib/tls";
          user = "nginx";
          group = "nginx";
          permissions = "0440";
        };
        database = {
          text = "another text";
          name = "database.password";
        };
        late = {
          keyCommand = [ "true" ];
          uploadAt = "post-activation";
        };
      };
      environment.etc."database".text = config.deployment.keys.database.path;
    };

  only-late.deployment.keys.late = {
    text = "a text that everybody may read";
    uploadAt = "post-activation";
  };
}
