# The module system: modules in, `{ config, options }` out.
{ lib }:
let
  inherit (builtins)
    all
    concatMap
    filter
    foldl'
    head
    isAttrs
    length
    mapAttrs
    match
    sort
    ;
  inherit (lib)
    discharge
    functionArgs
    isFunction
    pushDown
    zipAttrs
    ;

  isOption = value: value._type or null == "option";

  showOption = lib.concatMapStringsSep "." (
    name:
    if match "[A-Za-z_][A-Za-z0-9_'-]*|[*]|<.*>" name != null then name else builtins.toJSON name
  );

  # Printed only as far as it is plain: a definition may hold anything.
  showValue =
    value:
    if isAttrs value then
      if lib.isDerivation value then "<derivation>" else "{ ${toString (builtins.attrNames value)} }"
    else if isFunction value then
      "<function>"
    else
      builtins.toJSON value;
  showDefinitions = lib.concatMapStrings (
    definition: "\n- In `${definition.file}': ${showValue definition.value}"
  );

  # -- Modules -------------------------------------------------------------------------------------

  # A path, function or set as `{ key, file, imports, options, config }`.
  loadModule =
    callModule: parent: index: module:
    let
      isFile = builtins.isPath module || builtins.isString module;
      written = if isFile then import module else module;
      body = if isFunction written then callModule written else written;
      file = body._file or (if isFile then toString module else parent);
      hasSections = body ? config || body ? options;
      sections = [
        "_file"
        "key"
        "imports"
        "options"
        "config"
        "meta"
      ];
      stray = builtins.attrNames (builtins.removeAttrs body sections);
    in
    if !isAttrs body then
      throw "Expected a module in `${file}', but found ${showValue body}."
    else if hasSections && stray != [ ] then
      throw "Module `${file}' has `config' or `options', so these have to go into `config': ${toString stray}"
    else
      {
        # One file is one module, however often it is imported.
        key = body.key or (if isFile then toString module else "${parent}:${toString index}");
        inherit file;
        imports = body.imports or [ ];
        options = body.options or { };
        config = if hasSections then body.config or { } else builtins.removeAttrs body sections;
      };

  loadAll =
    callModule: modules:
    builtins.genericClosure {
      startSet = lib.imap0 (loadModule callModule "<unknown-file>") modules;
      operator =
        module:
        lib.imap0 (
          index: imported:
          let
            loaded = loadModule callModule module.file index imported;
          in
          # Modules without a file of their own are told apart by the place that imports them.
          loaded
          // lib.optionalAttrs (isAttrs imported || isFunction imported) {
            key = "${module.key}:${loaded.key}";
          }
        ) module.imports;
    };

  # -- Options -------------------------------------------------------------------------------------

  mergeDefinitions =
    loc: type: definitions:
    let
      discharged = concatMap (
        definition:
        builtins.addErrorContext "while evaluating definitions from `${definition.file}':" (
          discharge definition
        )
      ) definitions;
      highestPrio = foldl' (best: d: if d.priority < best then d.priority else best) 9999 discharged;
      strongest = filter (d: d.priority == highestPrio) discharged;
      ordered =
        if all (d: d.order == lib.defaultOrderPriority) strongest then
          strongest
        else
          sort (a: b: a.order < b.order) strongest;
      plain = map (d: { inherit (d) file value; }) ordered;
      wrong = filter (d: !type.check d.value) plain;
    in
    {
      inherit highestPrio;
      all = discharged;
      definitions = plain;
      isDefined = discharged != [ ];
      value =
        if discharged == [ ] then
          throw "The option `${showOption loc}' was accessed but has no value defined. Try setting the option."
        else if wrong != [ ] then
          throw "A definition for option `${showOption loc}' is not of type `${type.description}'. Definition values:${showDefinitions wrong}"
        else
          type.merge loc plain;
    };

  # `{ file, value }` of one option's declarations and definitions, made into the option as
  # `options` shows it.
  evalOption =
    loc: declarations: definitions:
    let
      declared = (head declarations).value;
      type = declared.type or lib.types.unspecified;
      byDefault = lib.optional (declared ? default) {
        inherit (head declarations) file;
        value = lib.mkOptionDefault declared.default;
      };
      merged = mergeDefinitions loc type (definitions ++ byDefault);
      apply = declared.apply or lib.id;
    in
    if length declarations > 1 then
      throw "The option `${showOption loc}' in `${(lib.last declarations).file}' is already declared in `${(head declarations).file}'."
    else
      declared
      // {
        inherit loc type;
        inherit (merged) highestPrio isDefined;
        declarations = map (d: d.file) declarations;
        definitions = map (d: d.value) merged.definitions;
        files = map (d: d.file) merged.definitions;
        value =
          if declared.readOnly or false && length merged.all > 1 then
            throw "The option `${showOption loc}' is read-only, but it's set multiple times. Definition values:${showDefinitions merged.all}"
          else
            builtins.addErrorContext "while evaluating the option `${showOption loc}':" (apply merged.value);
      };

  # Declarations and definitions of one level, each `{ file, value }`: the options below it, and
  # what nobody declared.
  mergeLevel =
    loc: declarations: definitions:
    let
      perName =
        levels:
        zipAttrs (map ({ file, value }: mapAttrs (_: value: { inherit file value; }) value) levels);
      declaredByName = perName declarations;
      definedByName = perName (
        concatMap (
          { file, value }:
          if isAttrs value then
            map (value: { inherit file value; }) (pushDown value)
          else
            throw "`${showOption loc}' in `${file}' should be a set of options, but is ${showValue value}."
        ) definitions
      );
      below = mapAttrs (
        name: declarations:
        let
          path = loc ++ [ name ];
          definitions = definedByName.${name} or [ ];
        in
        if lib.any (d: isOption d.value) declarations then
          {
            option = evalOption path declarations definitions;
            undeclared = [ ];
          }
        else
          let
            level = mergeLevel path declarations definitions;
          in
          {
            option = level.options;
            inherit (level) undeclared;
          }
      ) declaredByName;
    in
    {
      options = mapAttrs (_: entry: entry.option) below;
      undeclared =
        concatMap (entry: entry.undeclared) (builtins.attrValues below)
        ++ lib.mapAttrsToList (name: definitions: {
          path = loc ++ [ name ];
          inherit definitions;
        }) (builtins.removeAttrs definedByName (builtins.attrNames declaredByName));
    };

  values = mapAttrs (_: option: if isOption option then option.value else values option);

  # What every evaluation has: arguments for modules, beyond lib, config and options.
  internalModule = {
    _file = "lib/modules.nix";
    options._module = {
      args = lib.mkOption { type = lib.types.lazyAttrsOf lib.types.raw; };
      check = lib.mkOption {
        type = lib.types.bool;
        default = true;
      };
    };
    config._module.args = { };
  };

  evalModules =
    {
      modules,
      specialArgs ? { },
      prefix ? [ ],
    }@given:
    let
      callModule =
        module:
        module (
          # By name, and only when used: an argument may come from a module that is not read yet.
          mapAttrs (name: _: config._module.args.${name}) (functionArgs module)
          // specialArgs
          // {
            inherit
              lib
              options
              config
              extendModules
              ;
          }
        );
      # Reversed, so that lists come out in NixOS's order.
      loaded = lib.reverseList (loadAll callModule (modules ++ [ internalModule ]));
      field = name: map (module: { inherit (module) file; value = module.${name}; }) loaded;
      level = mergeLevel prefix (field "options") (field "config");
      inherit (level) options;
      config = values options;
      # Also below `mkIf false`, as in NixOS: whether an option exists should not depend on values.
      first = head level.undeclared;
      checked =
        result:
        if config._module.check && level.undeclared != [ ] then
          throw "The option `${showOption first.path}' does not exist. Definition values:${showDefinitions first.definitions}"
        else
          result;
      extendModules =
        {
          modules ? [ ],
          specialArgs ? { },
        }:
        evalModules {
          modules = given.modules ++ modules;
          specialArgs = given.specialArgs or { } // specialArgs;
          inherit prefix;
        };
    in
    {
      _type = "configuration";
      inherit extendModules;
      inherit (config) _module;
      config = checked (builtins.removeAttrs config [ "_module" ]);
      options = checked (builtins.removeAttrs options [ "_module" ]);
    };
in
{
  inherit
    evalModules
    isOption
    mergeDefinitions
    showDefinitions
    showOption
    ;
}
