# What flotilla asks of one host: a function of an element of `nixosConfigurations`, its result plain JSON.
# An option that the configuration does not have is null; an option that does not evaluate is an error, as it should be.
configuration:
let
  inherit (builtins)
    attrNames
    filter
    getContext
    isAttrs
    isList
    isPath
    mapAttrs
    match
    removeAttrs
    sort
    toString
    ;

  config = configuration.config or (throw "it has no config; nixosSystem and darwinSystem make configurations of modules");
  toplevel = config.system.build.toplevel or (throw "it has no config.system.build.toplevel: that is no system");

  # A path becomes its text: as JSON it would be copied into the store, and a key's file must never go there.
  plain = value:
    if isPath value then toString value
    else if isList value then map plain value
    else if isAttrs value && ! (value ? outPath || value ? __toString) then mapAttrs (_: plain) value
    else value;

  # The module cannot know the host's name in the flake; where nobody set an address, that name is it, and not the
  # module's stand-in for it. An option's own default has priority 1500 (nixpkgs, lib/modules.nix).
  withoutDefaultTarget = deployment:
    if isAttrs deployment && (configuration.options.deployment.targetHost.highestPrio or 0) >= 1500
    then removeAttrs deployment [ "targetHost" ]
    else deployment;

  # Of a package, or of a string that was made of one: its context names the derivation.
  derivationOf = name: value:
    let
      context = getContext "${value}";
      derivations = filter (path: context.${path} ? outputs) (attrNames context);
    in
    if name == "system" then
      throw "deployment.profiles.system: the system itself has that name already"
    else if isAttrs value && value ? drvPath then
      value.drvPath
    else if match "/[^/]+/[^/]+/[^/]+" "${value}" == null || builtins.length derivations != 1 then
      throw ''deployment.profiles."${name}".path: "${value}" is no package, and no string that is the path of one''
    else
      builtins.head derivations;

  declared = config.deployment.profiles or { };
  profileOf = name:
    let
      inherit (declared.${name}) activator path profilePath user;
    in
    {
      inherit activator name profilePath user;
      # Not named outPath: a set that has one is its path alone in JSON.
      derivation = derivationOf name path;
      path = "${path}";
    };
in
# First of all, so that an error of it stands in the outermost of Nix's trace, which is all that it shows.
builtins.seq toplevel.drvPath {
  # The system first: it is what the others stand on.
  profiles = [
    {
      name = "system";
      activator = "nixos";
      user = null;
      profilePath = "/nix/var/nix/profiles/system";
      derivation = toplevel.drvPath;
      path = toplevel.outPath;
    }
  ] ++ map profileOf (sort (one: other: declared.${one}.order < declared.${other}.order) (attrNames declared));
  # The platform it runs on, which cross compilation makes another than the one it is built on.
  system = configuration.pkgs.stdenv.hostPlatform.system or toplevel.system;
  version = config.system.nixos.label or null;
  sshPorts = config.services.openssh.ports or null;
  deployment = plain (withoutDefaultTarget (config.deployment or null));
}
