# A node that is several modules, one that is a file, and names with dots.
{
  defaults = ./common.nix;

  "db.example.org" = [
    ./database.nix
    { deployment.tags = [ "own" ]; }
    (
      { config, ... }:
      {
        environment.etc."host".text = config.networking.hostName;
      }
    )
  ];

  "web.example.org" = ./web.nix;
}
