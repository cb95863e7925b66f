# What flotilla asks of one node of deploy-rs's `deploy.nodes`, its result plain JSON. The other nodes are not looked at.
# Settings are handed on at the level where they were written; src/fleet/deploy-rs checks and merges them.
# wanted: the names of the profiles that are evaluated; null: all of them.
wanted: value: name:
let
  inherit (builtins)
    all
    attrNames
    elem
    elemAt
    filter
    getContext
    isAttrs
    isFunction
    isList
    isPath
    isString
    length
    mapAttrs
    match
    removeAttrs
    toString
    unsafeDiscardStringContext
    ;

  fleet = value.deploy or value;
  node = fleet.nodes.${name};
  written = node.profiles or { };
  otherProfiles =
    if wanted == null || !isAttrs written then
      [ ]
    else
      filter (profile: !elem profile wanted) (attrNames written);
  profiles = without otherProfiles written;

  isText = value: isString value || isPath value || isAttrs value && (value ? outPath || value ? __toString);

  # A path becomes its text: as JSON it would be copied into the store.
  plain =
    value:
    if isText value then
      unsafeDiscardStringContext (toString value)
    else if isFunction value then
      { function = true; }
    else if isList value then
      map plain value
    else if isAttrs value then
      mapAttrs (_: plain) value
    else
      value;

  without = attributes: value: if isAttrs value then removeAttrs value attributes else value;

  # What makes a path is in the context of its text, whether it is a derivation or a string made of one.
  derivationsOf =
    path:
    let
      context = getContext (toString path);
    in
    filter (origin: context.${origin} ? outputs) (attrNames context);

  # A whole store path that one derivation makes, and a name that may be part of a path. Anything else is for the schema
  # to refuse.
  isBuilt =
    name: profile:
    match "[A-Za-z0-9_][A-Za-z0-9_.+-]*" name != null
    && isAttrs profile
    && profile ? path
    && isText profile.path
    && length (derivationsOf profile.path) == 1
    && match "${builtins.storeDir}/[^/]+" (plain profile.path) != null;

  built = if isAttrs profiles then filter (name: isBuilt name profiles.${name}) (attrNames profiles) else [ ];

  # The platform it runs on, which cross compilation makes another than the one it is built on.
  systemOf =
    name:
    let
      inherit (profiles.${name}) path;
    in
    if isAttrs path then path.stdenv.hostPlatform.system or path.system or null else null;
  systems = filter (system: system != null) (map systemOf built);
in
{
  profiles = map (name: {
    inherit name;
    activator = "deploy-rs";
    user = null;
    profilePath = null;
    derivation = elemAt (derivationsOf profiles.${name}.path) 0;
    path = plain profiles.${name}.path;
  }) built;
  # Where its profiles are for several platforms, which of them is the node's nobody can tell.
  system = if systems != [ ] && all (system: system == elemAt systems 0) systems then elemAt systems 0 else null;
  version = null;
  sshPorts = null;
  deployment = {
    deploy = plain (without [ "nodes" ] fleet);
    node = plain (without [ "profiles" ] node);
    profiles = plain profiles;
    inherit otherProfiles;
  };
}
