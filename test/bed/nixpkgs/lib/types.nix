# Types of options: which values are right, and what several definitions make together.
{ lib }:
let
  inherit (builtins)
    all
    concatMap
    elem
    head
    isAttrs
    isBool
    isInt
    isList
    isString
    length
    mapAttrs
    ;
  inherit (lib)
    isFunction
    mergeDefinitions
    showDefinitions
    showOption
    ;

  mkOptionType =
    {
      name,
      description ? name,
      check ? _: true,
      merge ? mergeEqual,
      getSubOptions ? _: { },
      nestedTypes ? { },
    }:
    {
      _type = "option-type";
      inherit
        name
        description
        check
        merge
        getSubOptions
        nestedTypes
        ;
    };

  mergeEqual =
    loc: definitions:
    let
      first = (head definitions).value;
    in
    # One of them is not compared with itself: that would look into all of it.
    if length definitions == 1 || all (d: d.value == first) definitions then
      first
    else
      throw "The option `${showOption loc}' has conflicting definition values:${showDefinitions definitions}";

  mergeOne =
    loc: definitions:
    if length definitions == 1 then
      (head definitions).value
    else
      throw "The option `${showOption loc}' is defined more than once. Definition values:${showDefinitions definitions}";

  # Definitions of a set, as the definitions of each attribute.
  definitionsByName =
    definitions:
    lib.zipAttrs (
      concatMap (
        { file, value }: map (mapAttrs (_: value: { inherit file value; })) (lib.pushDown value)
      ) definitions
    );

  isPathLike =
    value:
    builtins.isPath value
    || isString value && lib.hasPrefix "/" value
    || isAttrs value && value ? outPath;

  types = {
    inherit mkOptionType;

    raw = mkOptionType {
      name = "raw";
      description = "raw value";
      merge = mergeOne;
    };
    unspecified = mkOptionType {
      name = "unspecified";
      description = "unspecified value";
    };
    # Any value; sets are merged, attribute by attribute.
    anything = mkOptionType {
      name = "anything";
      merge =
        loc: definitions:
        if all (d: isAttrs d.value && !lib.isDerivation d.value) definitions then
          (types.attrsOf types.anything).merge loc definitions
        else
          mergeEqual loc definitions;
    };

    bool = mkOptionType {
      name = "bool";
      description = "boolean";
      check = isBool;
    };

    int = mkOptionType {
      name = "int";
      description = "signed integer";
      check = isInt;
    };
    ints = {
      between =
        low: high:
        types.addCheck types.int (x: low <= x && x <= high)
        // {
          description = "integer between ${toString low} and ${toString high} (both inclusive)";
        };
      unsigned = types.addCheck types.int (x: x >= 0) // {
        description = "unsigned integer, meaning >=0";
      };
      positive = types.addCheck types.int (x: x > 0) // {
        description = "positive integer, meaning >0";
      };
    };
    port = types.ints.between 0 65535;

    str = mkOptionType {
      name = "str";
      description = "string";
      check = isString;
    };
    nonEmptyStr = types.addCheck types.str (x: builtins.match "[ \t\n]*" x == null) // {
      description = "non-empty string";
    };
    strMatching =
      pattern:
      types.addCheck types.str (x: builtins.match pattern x != null)
      // {
        description = "string matching the pattern ${pattern}";
      };
    separatedString =
      separator:
      types.str
      // {
        name = "separatedString";
        description = "strings concatenated with ${builtins.toJSON separator}";
        merge = _: definitions: builtins.concatStringsSep separator (map (d: d.value) definitions);
      };
    lines = types.separatedString "\n";

    enum =
      values:
      mkOptionType {
        name = "enum";
        description = "one of ${lib.concatMapStringsSep ", " builtins.toJSON values}";
        check = value: elem value values;
      };

    path = mkOptionType {
      name = "path";
      description = "absolute path";
      check = isPathLike;
    };
    package = mkOptionType {
      name = "package";
      check =
        value:
        lib.isDerivation value
        || isPathLike value && lib.hasPrefix builtins.storeDir (toString value);
      merge = mergeOne;
    };

    nullOr =
      elemType:
      mkOptionType {
        name = "nullOr";
        description = "null or ${elemType.description}";
        check = value: value == null || elemType.check value;
        merge =
          loc: definitions:
          if all (d: d.value == null) definitions then null else elemType.merge loc definitions;
        inherit (elemType) getSubOptions;
        nestedTypes = { inherit elemType; };
      };

    either =
      left: right:
      mkOptionType {
        name = "either";
        description = "${left.description} or ${right.description}";
        check = value: left.check value || right.check value;
        merge =
          loc: definitions:
          if all (d: left.check d.value) definitions then
            left.merge loc definitions
          else if all (d: right.check d.value) definitions then
            right.merge loc definitions
          else
            mergeOne loc definitions;
        nestedTypes = { inherit left right; };
      };
    oneOf =
      alternatives: builtins.foldl' types.either (head alternatives) (builtins.tail alternatives);

    listOf =
      elemType:
      mkOptionType {
        name = "listOf";
        description = "list of ${elemType.description}";
        check = isList;
        merge =
          loc: definitions:
          let
            element =
              definitionIndex: elementIndex: definition:
              mergeDefinitions (
                loc
                ++ [ "[definition ${toString definitionIndex}-entry ${toString elementIndex}]" ]
              ) elemType [ definition ];
            elements = lib.imap0 (
              i:
              { file, value }:
              lib.imap0 (j: value: element (i + 1) (j + 1) { inherit file value; }) value
            ) definitions;
          in
          map (e: e.value) (builtins.filter (e: e.isDefined) (builtins.concatLists elements));
        getSubOptions = loc: elemType.getSubOptions (loc ++ [ "*" ]);
        nestedTypes = { inherit elemType; };
      };
    nonEmptyListOf =
      elemType:
      types.addCheck (types.listOf elemType) (list: list != [ ])
      // {
        description = "non-empty list of ${elemType.description}";
      };

    # The names of a lazy set do not depend on its values; an attribute under `mkIf false` is there,
    # and fails when used.
    lazyAttrsOf =
      elemType:
      mkOptionType {
        name = "lazyAttrsOf";
        description = "lazy attribute set of ${elemType.description}";
        check = isAttrs;
        merge =
          loc: definitions:
          mapAttrs (name: given: (mergeDefinitions (loc ++ [ name ]) elemType given).value) (
            definitionsByName definitions
          );
        getSubOptions = loc: elemType.getSubOptions (loc ++ [ "<name>" ]);
        nestedTypes = { inherit elemType; };
      };
    attrsOf =
      elemType:
      types.lazyAttrsOf elemType
      // {
        name = "attrsOf";
        description = "attribute set of ${elemType.description}";
        merge =
          loc: definitions:
          mapAttrs (_: merged: merged.value) (
            lib.filterAttrs (_: merged: merged.isDefined) (
              mapAttrs (name: mergeDefinitions (loc ++ [ name ]) elemType) (
                definitionsByName definitions
              )
            )
          );
      };
    attrs = types.attrsOf types.unspecified // {
      name = "attrs";
      description = "attribute set";
    };

    submodule =
      module:
      let
        evaluate =
          loc: modules:
          lib.evalModules {
            prefix = loc;
            modules =
              # Imported, so that lists of its own come before those of the definitions.
              [ { imports = lib.toList module; } ]
              ++ modules
              # As in NixOS: within attrsOf, `name` is the attribute's.
              ++ [ { _module.args.name = lib.mkOptionDefault (lib.last loc); } ];
          };
      in
      mkOptionType {
        name = "submodule";
        check = value: isAttrs value || isFunction value || builtins.isPath value;
        merge =
          loc: definitions:
          (evaluate loc (
            map (
              { file, value }:
              if isAttrs value then
                {
                  _file = file;
                  config = value;
                }
              else
                value
            ) definitions
          )).config;
        getSubOptions = loc: (evaluate loc [ ]).options;
      };

    addCheck = elemType: check: elemType // { check = value: elemType.check value && check value; };

    coercedTo =
      from: convert: to:
      mkOptionType {
        name = "coercedTo";
        description = "${to.description} or ${from.description} convertible to it";
        check = value: from.check value || to.check value;
        merge =
          loc: definitions:
          to.merge loc (
            map (
              d: d // { value = if from.check d.value then convert d.value else d.value; }
            ) definitions
          );
        inherit (to) getSubOptions;
      };
  };
in
types
