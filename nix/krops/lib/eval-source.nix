# Sources, checked and merged: https://github.com/krebs/krops#source-types has their options.
{ lib }:
let
  inherit (lib) mkOption types;

  required = type: mkOption { inherit type; };
  optional = type: default: mkOption { inherit type default; };

  submodule = options: types.submodule { inherit options; };

  filter = submodule {
    type = optional (types.enum [
      "include"
      "exclude"
    ]) "exclude";
    pattern = required types.str;
  };

  # A Nix path is its text: as a string it would be copied into the store, which everybody can read.
  path = types.oneOf [
    types.absolute-pathname
    types.package
    types.path
  ];

  sourceTypes = {
    derivation = submodule { text = required types.str; };
    file = submodule {
      path = required path;
      # null: true for what is in the store, where all files have the same date.
      useChecksum = optional (types.nullOr types.bool) null;
      exclude =
        optional (types.listOf types.str) [ ]
        // {
          apply =
            patterns:
            if patterns == [ ] then
              patterns
            else
              builtins.trace "warning: source.<name>.file.exclude is deprecated in favor of source.<name>.file.filters" patterns;
        };
      filters = optional (types.listOf filter) [ ];
      deleteExcluded = optional types.bool true;
    };
    git = submodule {
      url = required types.str;
      ref = required types.str;
      clean = optional (submodule { exclude = optional (types.listOf types.str) [ ]; }) { };
      fetchAlways = optional types.bool false;
      shallow = optional types.bool false;
    };
    pass = submodule {
      dir = required types.absolute-pathname;
      name = required types.pathname;
    };
    passage = submodule {
      dir = required types.pathname;
      age = optional types.pathname "age";
      # null: where passage looks by itself, in the home of who runs the script.
      identities_file = optional (types.nullOr types.pathname) null;
    };
    pipe = submodule { command = required types.absolute-pathname; };
    symlink = submodule { target = required types.pathname; };
  };

  # What a source that is one value, and no set of options, is short for.
  shortForms = {
    derivation = {
      type = types.str;
      option = "text";
    };
    file = {
      type = path;
      option = "path";
    };
    passage = {
      type = types.pathname;
      option = "dir";
    };
    pipe = {
      # A derivation that is a program.
      type = types.either types.absolute-pathname types.package;
      option = "command";
    };
    symlink = {
      type = types.pathname;
      option = "target";
    };
  };

  isSet = value: builtins.isAttrs value && !value ? outPath;

  sourceOption =
    name:
    let
      long = sourceTypes.${name};
      short = shortForms.${name} or null;
    in
    mkOption {
      default = null;
      type = types.nullOr (
        if short == null then
          long
        else
          types.coercedTo short.type (value: { ${short.option} = value; }) long
      );
    };

  source = types.submodule (
    { config, name, ... }:
    let
      given = builtins.filter (type: config.${type} != null) (builtins.attrNames sourceTypes);
    in
    {
      options = builtins.mapAttrs (type: _: sourceOption type) sourceTypes // {
        type = mkOption {
          type = types.enum (builtins.attrNames sourceTypes);
          default =
            if builtins.length given == 1 then
              builtins.head given
            else
              throw "source.${name}: cannot determine type: ${
                if given == [ ] then
                  "it has none of ${builtins.concatStringsSep ", " (builtins.attrNames sourceTypes)}"
                else
                  "it has ${builtins.concatStringsSep " and " given}"
              }";
        };
      };
    }
  );

  # Without nulls and what the module system left; paths and derivations as their text.
  plain =
    value:
    if builtins.isPath value then
      toString value
    else if builtins.isList value then
      map plain value
    else if isSet value then
      builtins.mapAttrs (_: plain) (
        lib.filterAttrs (name: inner: name != "_module" && inner != null) value
      )
    else if builtins.isAttrs value then
      "${value}"
    else
      value;
in
definitions:
plain
  (lib.evalModules {
    modules = [
      {
        _file = "the sources";
        imports = map (source: { inherit source; }) (lib.toList definitions);
        options.source = mkOption {
          default = { };
          type = types.attrsOf source;
        };
      }
    ];
  }).config.source
