{
  description = "names of nodes that are names of hosts, and others";

  outputs =
    _:
    let
      node = profile: {
        hostname = "10.0.0.1";
        user = "root";
        profiles.${profile}.path = derivation {
          name = "activatable";
          system = "x86_64-linux";
          builder = "/bin/sh";
        };
      };
    in
    {
      deploy.nodes = {
        "web.example" = node "something.nix";
        "10.0.0.7" = node "0";
        Upper_Case-1 = node "with+plus";
        "ana@laptop" = node "home";
        "a b" = node "home";
        "--version" = node "home";
        "../x" = node "home";
        outside = node "../../x";
        flag = node "-x";
        empty = node "";
      };
    };
}
