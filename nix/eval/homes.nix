# `homeConfigurations` as hosts, by home-manager's own convention: "alice@laptop" is alice's home on laptop. A name without
# a host is a host of that name; where that is, no configuration says.
#
# homes: { names; hostOfProfiles = wanted: name: …; }, what flotilla asks of every form (src/nix/forms/fleet-form.ts). wanted:
# the names of the profiles that are evaluated; null: all of them.
homes:
let
  inherit (builtins)
    all
    any
    attrNames
    elem
    elemAt
    filter
    head
    length
    listToAttrs
    match
    ;

  parsed = map (
    attribute:
    let
      # The last @ counts.
      parts = match "(.+)@([^@]+)" attribute;
      hasHost = parts != null;
      owner = if hasHost then head parts else attribute;
    in
    {
      inherit attribute hasHost owner;
      profile = "home-${owner}";
      host = if hasHost then elemAt parts 1 else attribute;
    }
  ) (attrNames homes);

  # Each name once, in order.
  distinct =
    names:
    attrNames (
      listToAttrs (
        map (name: {
          inherit name;
          value = null;
        }) names
      )
    );

  profileOf =
    {
      attribute,
      owner,
      profile,
      ...
    }:
    let
      home = homes.${attribute};
      package =
        home.activationPackage
          or (throw "homeConfigurations.\"${attribute}\" has no activationPackage; homeManagerConfiguration makes homes of modules");
    in
    {
      name = profile;
      activator = "home-manager";
      # home-manager refuses to activate a home as anybody else.
      user = home.config.home.username or owner;
      # There are several places where it may be; which it is shows on the host.
      profilePath = null;
      derivation = package.drvPath;
      path = package.outPath;
    };
in
{
  names = distinct (map ({ host, ... }: host) parsed);

  hostOfProfiles =
    wanted: name:
    let
      written = filter ({ host, ... }: host == name) parsed;
      known = map ({ profile, ... }: profile) written;
      # Where one is missed, all are told.
      isWhole = wanted == null || !all (profile: elem profile known) wanted;
      own = if isWhole then written else filter ({ profile, ... }: elem profile wanted) written;
      profiles = map profileOf own;
    in
    if length (distinct (map ({ user, ... }: user) profiles)) < length profiles then
      throw "homeConfigurations has two homes of one user on ${name}; home.username tells users apart"
    else
      {
        inherit profiles;
        system = homes.${(head own).attribute}.pkgs.stdenv.hostPlatform.system or null;
        # home-manager has no name for one version of a home.
        version = null;
        sshPorts = null;
        deployment = if any ({ hasHost, ... }: hasHost) own then null else { targetHost = null; };
      };
}
