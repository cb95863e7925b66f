{
  description = "what a profile's path can not be";

  outputs =
    _:
    let
      make =
        name:
        derivation {
          inherit name;
          system = "x86_64-linux";
          builder = "/bin/sh";
        };
      node = profile: {
        hostname = "10.0.0.1";
        user = "root";
        profiles.system = profile;
      };
    in
    {
      deploy.nodes = {
        missing = node { };
        literal = node { path = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-system"; };
        within = node { path = "${make "a"}/bin"; };
        two = node { path = "${make "a"}${make "b"}"; };
        of-the-derivation-itself = node { path = (make "a").drvPath; };
        a-file = node { path = ./flake.nix; };
        number = node { path = 5; };
        null = node { path = null; };
        function = node { path = make; };
        set = node { path = { }; };
      };
    };
}
