# What flotilla asks of one host: a function of an element of `nixosConfigurations`, its result plain JSON.
# An option that the configuration does not have is null; an option that does not evaluate is an error, as it should be.
configuration:
let
  inherit (builtins) isAttrs isList isPath mapAttrs removeAttrs toString;

  inherit (configuration) config;
  inherit (config.system.build) toplevel;

  # A path becomes its text: as JSON it would be copied into the store, and a key's file must never go there.
  plain = value:
    if isPath value then toString value
    else if isList value then map plain value
    else if isAttrs value && ! (value ? outPath || value ? __toString) then mapAttrs (_: plain) value
    else value;

  # A key's text is a secret; it is read when keys are sent, not here.
  withoutSecrets = deployment:
    if isAttrs (deployment.keys or null)
    then deployment // { keys = mapAttrs (_: key: removeAttrs key [ "text" ]) deployment.keys; }
    else deployment;

  # The module cannot know the host's name in the flake; where nobody set an address, that name is it, and not the
  # module's stand-in for it. An option's own default has priority 1500 (nixpkgs, lib/modules.nix).
  withoutDefaultTarget = deployment:
    if isAttrs deployment && (configuration.options.deployment.targetHost.highestPrio or 0) >= 1500
    then removeAttrs deployment [ "targetHost" ]
    else deployment;
in
{
  profiles = [
    {
      name = "system";
      activator = "nixos";
      user = null;
      profilePath = "/nix/var/nix/profiles/system";
      # Not named outPath: a set that has one is its path alone in JSON.
      derivation = toplevel.drvPath;
      path = toplevel.outPath;
    }
  ];
  # The platform it runs on, which cross compilation makes another than the one it is built on.
  system = configuration.pkgs.stdenv.hostPlatform.system or toplevel.system;
  version = config.system.nixos.label or null;
  sshPorts = config.services.openssh.ports or null;
  deployment = plain (withoutDefaultTarget (withoutSecrets (config.deployment or null)));
}
