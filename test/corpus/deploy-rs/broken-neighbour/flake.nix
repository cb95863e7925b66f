{
  description = "nodes that do not evaluate keep nobody else from being deployed";

  outputs =
    _:
    let
      path = derivation {
        name = "activatable";
        system = "x86_64-linux";
        builder = "/bin/sh";
      };
      node = profiles: {
        hostname = "10.0.0.1";
        inherit profiles;
      };
    in
    {
      deploy = {
        user = "root";
        nodes = {
          well = node { system = { inherit path; }; };
          thrown = throw "this node is broken";
          thrown-profile = node {
            system = { inherit path; };
            other.path = throw "this profile is broken";
          };
          asserted =
            assert false;
            node { };
          endless =
            let
              again = node { system.path = again.profiles.system.path; };
            in
            again;
          missing-attribute = node { system.path = path.nothing; };
        };
      };
    };
}
