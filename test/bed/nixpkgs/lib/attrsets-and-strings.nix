# Small functions on attribute sets, lists and strings.
rec {
  id = x: x;

  # Functions, and sets that can be called: what `setFunctionArgs` makes.
  isFunction = f: builtins.isFunction f || builtins.isAttrs f && f ? __functor;
  functionArgs = f: if builtins.isAttrs f then f.__functionArgs or { } else builtins.functionArgs f;
  setFunctionArgs = f: arguments: {
    __functor = _: f;
    __functionArgs = arguments;
  };

  optional = condition: value: if condition then [ value ] else [ ];
  optionals = condition: values: if condition then values else [ ];
  optionalString = condition: text: if condition then text else "";
  optionalAttrs = condition: attrs: if condition then attrs else { };

  toList = x: if builtins.isList x then x else [ x ];
  last = list: builtins.elemAt list (builtins.length list - 1);
  reverseList =
    list:
    let
      length = builtins.length list;
    in
    builtins.genList (i: builtins.elemAt list (length - 1 - i)) length;
  imap0 = f: list: builtins.genList (i: f i (builtins.elemAt list i)) (builtins.length list);
  unique = builtins.foldl' (seen: x: if builtins.elem x seen then seen else seen ++ [ x ]) [ ];

  nameValuePair = name: value: { inherit name value; };
  genAttrs = names: f: builtins.listToAttrs (map (name: nameValuePair name (f name)) names);
  mapAttrsToList = f: attrs: map (name: f name attrs.${name}) (builtins.attrNames attrs);
  mapAttrs' = f: attrs: builtins.listToAttrs (mapAttrsToList f attrs);
  filterAttrs =
    keep: attrs:
    builtins.removeAttrs attrs (
      builtins.filter (name: !keep name attrs.${name}) (builtins.attrNames attrs)
    );
  # All values that several sets have under one name, in the order of the sets.
  zipAttrs =
    sets:
    genAttrs (unique (builtins.concatMap builtins.attrNames sets)) (
      name: builtins.catAttrs name sets
    );

  concatStrings = builtins.concatStringsSep "";
  concatMapStrings = f: list: concatStrings (map f list);
  concatMapStringsSep =
    separator: f: list:
    builtins.concatStringsSep separator (map f list);
  hasPrefix = prefix: text: builtins.substring 0 (builtins.stringLength prefix) text == prefix;
  hasSuffix =
    suffix: text:
    let
      start = builtins.stringLength text - builtins.stringLength suffix;
    in
    start >= 0 && builtins.substring start (-1) text == suffix;
  removePrefix =
    prefix: text:
    if hasPrefix prefix text then
      builtins.substring (builtins.stringLength prefix) (-1) text
    else
      text;
  boolToString = value: if value then "true" else "false";
  escapeShellArg =
    value: "'${builtins.replaceStrings [ "'" ] [ "'\\''" ] (toString value)}'";
  escapeShellArgs = concatMapStringsSep " " escapeShellArg;

  version = "25.05.bed";
  versionAtLeast = version: least: builtins.compareVersions version least >= 0;
  # An activation script, and those that it comes after.
  stringAfter = deps: text: { inherit deps text; };

  isDerivation = value: builtins.isAttrs value && value.type or null == "derivation";
}
