# What a definition or declaration can be wrapped in, and what that makes of it.
rec {
  mkOption = attrs: attrs // { _type = "option"; };
  mkEnableOption =
    name:
    mkOption {
      type = (import ./.).types.bool;
      default = false;
      example = true;
      description = "Whether to enable ${name}.";
    };
  literalExpression = text: {
    _type = "literalExpression";
    inherit text;
  };
  literalMD = text: {
    _type = "literalMD";
    inherit text;
  };

  mkIf = condition: content: {
    _type = "if";
    inherit condition content;
  };
  mkMerge = contents: {
    _type = "merge";
    inherit contents;
  };
  mkOverride = priority: content: {
    _type = "override";
    inherit priority content;
  };
  mkOrder = priority: content: {
    _type = "order";
    inherit priority content;
  };

  # Lower numbers win.
  defaultOverridePriority = 100;
  mkOptionDefault = mkOverride 1500;
  mkDefault = mkOverride 1000;
  mkForce = mkOverride 50;
  mkVMOverride = mkOverride 10;

  # Lower numbers come first.
  defaultOrderPriority = 1000;
  mkBefore = mkOrder 500;
  mkAfter = mkOrder 1500;

  # Properties around a set, moved to each of its attributes:
  # `mkIf c { a = 1; }` is `{ a = mkIf c 1; }`.
  pushDown =
    value:
    let
      around = property: map (builtins.mapAttrs (_: property)) (pushDown value.content);
      kind = value._type or null;
    in
    if kind == "merge" then
      builtins.concatMap pushDown value.contents
    else if kind == "if" then
      around (mkIf value.condition)
    else if kind == "override" then
      around (mkOverride value.priority)
    else if kind == "order" then
      around (mkOrder value.priority)
    else
      [ value ];

  # A definition `{ file, value }` without properties: as many as are left of it, each with its
  # priority and order.
  discharge =
    definition:
    let
      inherit (definition) value;
      kind = if builtins.isAttrs value then value._type or null else null;
      inside = changes: discharge (definition // { value = value.content; } // changes);
    in
    if kind == "merge" then
      builtins.concatMap (content: discharge (definition // { value = content; })) value.contents
    else if kind == "if" then
      if value.condition then inside { } else [ ]
    else if kind == "override" then
      inside { inherit (value) priority; }
    else if kind == "order" then
      inside { order = value.priority; }
    else
      [
        (
          {
            priority = defaultOverridePriority;
            order = defaultOrderPriority;
          }
          // definition
        )
      ];
}
