# What flotilla asks of an element of `darwinConfigurations`: what it asks of a NixOS host (host.nix, the first
# argument), but for what nix-darwin calls otherwise.
host: configuration:
let
  inherit (builtins) head tail;

  answer = host configuration;
in
answer
// {
  profiles = [ (head answer.profiles // { activator = "darwin"; }) ] ++ tail answer.profiles;
  version = configuration.config.system.darwinLabel or null;
  # macOS's own sshd, which nix-darwin only switches on.
  sshPorts = null;
}
