# Checks of a flake's `deploy` for `nix flake check`. They look at what is written and build no profile, so that they say
# the same on every machine, whatever it can build.
{ pkgs }:
let
  inherit (pkgs) lib;
  inherit (builtins)
    attrNames
    concatLists
    concatMap
    concatStringsSep
    elem
    filter
    getContext
    isAttrs
    isBool
    isInt
    isList
    isPath
    isString
    length
    typeOf
    ;

  type = what: accepts: { inherit what accepts; };
  bool = type "true or false" isBool;
  text = type "a string" isString;
  texts = type "a list of strings" (value: isList value && builtins.all isString value);
  seconds = type "seconds from 1 to 65535" (value: isInt value && value >= 1 && value <= 65535);
  attributes = type "a set" isAttrs;

  generic = {
    sshUser = text;
    user = text;
    sshOpts = texts;
    fastConnection = bool;
    autoRollback = bool;
    magicRollback = bool;
    confirmTimeout = seconds;
    activationTimeout = seconds;
    tempPath = type "a path" (value: isString value || isPath value);
    sudo = text;
    remoteBuild = bool;
    interactiveSudo = bool;
  };
  levels = {
    deploy = generic // {
      nodes = attributes;
    };
    node = generic // {
      hostname = text;
      profilesOrder = texts;
      profiles = attributes;
    };
    profile = generic // {
      # Not looked into: it is a whole system.
      path = type "anything" (_: true);
      profilePath = text;
    };
  };

  # What is wrong with the options of one level. null is the same as not set.
  wrongOptions =
    place: options: set:
    if !isAttrs set then
      [ "${place}: expected a set" ]
    else
      concatMap (
        name:
        if !(options ? ${name}) then
          [ "${place}.${name}: deploy-rs has no such option" ]
        else if name != "path" && set.${name} != null && !options.${name}.accepts set.${name} then
          [ "${place}.${name}: expected ${options.${name}.what}, and it is a ${typeOf set.${name}}" ]
        else
          [ ]
      ) (attrNames set);
  missing =
    place: names: set:
    map (name: "${place}.${name}: it is missing") (
      filter (name: isAttrs set && (!(set ? ${name}) || name != "path" && set.${name} == null)) names
    );

  setsIn = name: set: if isAttrs set && isAttrs (set.${name} or null) then set.${name} else { };
  quoted =
    name: if builtins.match "[A-Za-z_][A-Za-z0-9_'-]*" name != null then name else builtins.toJSON name;

  # Of each node or profile; a list of lists.
  eachNode =
    deploy: f:
    concatLists (
      lib.mapAttrsToList (name: node: f "deploy.nodes.${quoted name}" node) (setsIn "nodes" deploy)
    );
  eachProfile =
    deploy: f:
    eachNode deploy (
      place: node:
      concatLists (
        lib.mapAttrsToList (name: profile: f "${place}.profiles.${quoted name}" profile) (
          setsIn "profiles" node
        )
      )
    );

  unknownInOrder =
    place: node:
    let
      order = if isAttrs node && isList (node.profilesOrder or null) then node.profilesOrder else [ ];
      known = attrNames (setsIn "profiles" node);
    in
    map (name: "${place}.profilesOrder: there is no profile ${name}") (
      filter (name: isString name && !elem name known) order
    );

  schema =
    deploy:
    wrongOptions "deploy" levels.deploy deploy
    ++ eachNode deploy (
      place: node:
      wrongOptions place levels.node node
      ++ missing place [ "hostname" "profiles" ] node
      ++ unknownInOrder place node
    )
    ++ eachProfile deploy (
      place: profile: wrongOptions place levels.profile profile ++ missing place [ "path" ] profile
    );

  isMade =
    path:
    path.type or null == "derivation"
    ||
      (isString path || path ? outPath)
      && length (filter (origin: origin ? outputs) (builtins.attrValues (getContext (toString path)))) == 1;
  paths =
    deploy:
    eachProfile deploy (
      place: profile:
      if isAttrs profile && profile ? path && !isMade profile.path then
        [ "${place}.path: expected a derivation, or a string made of one" ]
      else
        [ ]
    );

  passes =
    name: complaints:
    if complaints == [ ] then
      pkgs.runCommand name { } "touch $out"
    else
      throw (concatStringsSep "\n" complaints);
in
{
  deploy-schema = deploy: passes "deploy-schema" (schema deploy);
  deploy-activate = deploy: passes "deploy-activate" (paths deploy);
}
