# Without a flake: what the file evaluates to has `deploy`.
{
  user ? "root",
}:
{
  # Of the same file, and nobody's business here.
  nodes = throw "not read";
  deploy = {
    inherit user;
    nodes.web = {
      hostname = "10.0.0.1";
      profiles.system.path = derivation {
        name = "activatable";
        system = "x86_64-linux";
        builder = "/bin/sh";
      };
    };
  };
}
