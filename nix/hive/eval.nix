# A hive, evaluated: a set of nodes, each a module or a list of modules, becomes NixOS systems.
#
# Arguments and exports are those of colmena's own evaluator (schema v0.5), and so are the systems: the same modules in the
# same order with the same arguments, down to the path of the derivation.
{
  # The hive: a set, or what gives one when it is called with { }.
  rawHive ? null,
  # A flake that has the hive in `outputs.colmena`.
  rawFlake ? null,
  # Whether <nixpkgs> and files that are named by a path are out of reach, as they are for a flake.
  hermetic ? rawFlake != null,
  colmenaOptions ? import ./options.nix { },
  colmenaModules ? import ./modules.nix,
  # Called once with the name of each node that another reads, and with what is read.
  onRead ? (name: node: node),
}:
let
  inherit (builtins)
    attrNames
    elem
    filter
    isAttrs
    isFunction
    isPath
    listToAttrs
    mapAttrs
    unsafeGetAttrPos
    ;

  reservedNames = [
    "defaults"
    "meta"
    "network"
  ];

  written =
    if rawHive != null then
      if isFunction rawHive || rawHive ? __functor then
        rawHive { }
      else if isAttrs rawHive then
        rawHive
      else
        throw "A hive is a set of nodes, or a function that gives one; this is of type ${builtins.typeOf rawHive}."
    else if rawFlake != null then
      rawFlake.outputs.colmena or (throw "The flake has no output `colmena'.")
    else
      throw "There is no hive: neither rawHive nor rawFlake is given.";

  checkedHive =
    if written ? __schema then
      throw "This hive is evaluated already: it belongs into the flake's output `colmenaHive', not into `colmena'."
    else
      written;

  # NixOps's name for it is known, too.
  metaName = if written ? network then "network" else "meta";
  writtenMeta =
    if written ? meta && written ? network then
      throw "The hive has both `meta' and `network', which are two names for the same: keep `meta'."
    else
      written.${metaName} or { };

  meta =
    (lib.evalModules {
      prefix = [ metaName ];
      modules = [
        colmenaOptions.metaOptions
        (located metaName writtenMeta)
      ];
    }).config;

  # -- Packages ------------------------------------------------------------------------------------

  initialized =
    option: value:
    let
      path = isPath value || (isAttrs value && value ? outPath);
      uninitialized =
        what:
        throw ''
          ${option} is ${what}. A flake has to give the packages themselves, for the system of its nodes:

            ${option} = import nixpkgs { system = "x86_64-linux"; };
        '';
    in
    if path && hermetic then
      uninitialized (if value ? outputs then "a flake" else "a path")
    else if path then
      # What is there may be a package set already.
      initialized option (import value)
    else if isFunction value && hermetic then
      uninitialized "a function"
    else if isFunction value then
      value { overlays = [ ]; }
    else if isAttrs value && value ? outputs then
      uninitialized "a flake"
    else if isAttrs value then
      value
    else
      throw "${option} has to be a path to nixpkgs, the function that is there, or what that function gives; this is of type ${builtins.typeOf value}.";

  # The module system comes from here, so this cannot be asked of `meta'.
  nixpkgs = initialized "meta.nixpkgs" (
    if writtenMeta ? nixpkgs then
      writtenMeta.nixpkgs
    else if hermetic then
      throw "The hive has no meta.nixpkgs, and a flake has no <nixpkgs> that could stand in for it."
    else
      <nixpkgs>
  );

  inherit (nixpkgs) lib;

  packagesFor =
    name:
    if meta.nodeNixpkgs ? ${name} then
      initialized "meta.nodeNixpkgs.${name}" meta.nodeNixpkgs.${name}
    else
      nixpkgs;

  # What the package set was made with holds for the node's own instance of it, which NixOS makes.
  packagesModule =
    packages:
    { config, lib, ... }:
    let
      # From 22.11 on the options of `nixpkgs.config' are merged one by one; before, a node's replace them all.
      merges = lib.versionAtLeast lib.version "22.11pre";
      lost = filter (
        key:
        !elem key (
          [
            "allowAliases"
            "doCheckByDefault"
            "warnings"
          ]
          ++ attrNames config.nixpkgs.config
        )
      ) (attrNames packages.config);
    in
    {
      nixpkgs.overlays = lib.mkBefore packages.overlays;
      nixpkgs.config =
        if merges then lib.mkBefore packages.config else lib.mkOptionDefault packages.config;
      warnings = lib.optional (!merges && lost != [ ]) (
        "nixpkgs.config of the node takes the place of meta.nixpkgs's, which loses: ${toString lost}"
      );
    };

  # -- Nodes ---------------------------------------------------------------------------------------

  # A module without a file of its own is known, in errors, by the line of the hive that it is written in.
  located =
    attribute: module:
    let
      position = unsafeGetAttrPos attribute written;
      file =
        if position == null then
          "${attribute} of the hive"
        else
          "${position.file}:${toString position.line}";
      at = body: if isAttrs body then { _file = file; } // body else body;
    in
    if lib.isFunction module then
      lib.setFunctionArgs (arguments: at (module arguments)) (lib.functionArgs module)
    else
      at module;

  modulesOf = name: map (located name) (lib.toList checkedHive.${name});

  evaluate =
    name: modules:
    let
      packages = packagesFor name;
    in
    import (packages.path + "/nixos/lib/eval-config.nix") {
      system = packages.stdenv.hostPlatform.system or packages.system;
      modules = [
        (packagesModule packages)
        colmenaModules.assertionModule
        colmenaModules.keyChownModule
        colmenaModules.keyServiceModule
        colmenaOptions.deploymentOptions
        (located "defaults" (checkedHive.defaults or { }))
      ]
      ++ modules;
      specialArgs = {
        inherit name;
        nodes = uncheckedNodes;
      }
      // meta.specialArgs
      // meta.nodeSpecialArgs.${name} or { };
    };

  forEachNode =
    f:
    listToAttrs (
      map (name: {
        inherit name;
        value = f name;
      }) (filter (name: !elem name reservedNames) (attrNames checkedHive))
    );

  # What a node sees of the others. An option that does not exist is an error of the node that sets it and of no other.
  uncheckedNodes = forEachNode (
    name: onRead name (evaluate name ([ { _module.check = false; } ] ++ modulesOf name))
  );

  nodes = forEachNode (name: evaluate name (modulesOf name));
  toplevel = mapAttrs (_: node: node.config.system.build.toplevel) nodes;
  deploymentConfig = mapAttrs (_: node: node.config.deployment) nodes;

  selected = names: lib.filterAttrs (name: _: elem name names);
in
{
  __schema = "v0.5";
  inherit nodes toplevel deploymentConfig;
  deploymentConfigSelected = names: selected names deploymentConfig;
  evalSelected = names: selected names toplevel;
  evalSelectedDrvPaths = names: mapAttrs (_: system: system.drvPath) (selected names toplevel);
  metaConfig = {
    inherit (meta)
      name
      description
      machinesFile
      allowApplyAll
      ;
  };
  introspect =
    f:
    f {
      inherit lib;
      pkgs = nixpkgs;
      nodes = uncheckedNodes;
    };
}
