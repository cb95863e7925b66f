# What docs/options.md says, read off the options: a list of `{ name, variant, type, default,
# example, description }`. `default` and `example` are null, `{ value }` (plain data) or `{ text }`
# (to be shown as it stands).
#
# lib.optionAttrSetToDocList does not see below `either`, and a health check is one of several
# submodules.
{ lib, deployment }:
let
  isOption = value: value._type or null == "option";

  render =
    value:
    if value._type or null == "literalExpression" || value._type or null == "literalMD" then
      { inherit (value) text; }
    else
      { inherit value; };

  # The submodules a type can be, each with its options.
  submodulesOf =
    loc: type:
    if type.name == "either" then
      submodulesOf loc type.nestedTypes.left ++ submodulesOf loc type.nestedTypes.right
    else if type ? nestedTypes.elemType then
      submodulesOf (
        loc ++ [ (if type.name == "attrsOf" then "<name>" else "*") ]
      ) type.nestedTypes.elemType
    else
      let
        options = removeAttrs (type.getSubOptions loc) [ "_module" ];
      in
      lib.optional (options != { }) options;

  document =
    variant: option:
    [
      {
        name = lib.showOption option.loc;
        inherit variant;
        type = option.type.description;
        default =
          if option ? defaultText then
            render option.defaultText
          else if option ? default then
            render option.default
          else
            null;
        example = if option ? example then render option.example else null;
        inherit (option) description;
      }
    ]
    ++ lib.concatMap (
      options:
      # A submodule among several is known by its `type`.
      documentAll options.type.example or null options
    ) (submodulesOf option.loc option.type);

  documentAll =
    variant: options:
    lib.concatMap (
      name:
      let
        value = options.${name};
      in
      if !isOption value then
        documentAll variant value
      else
        lib.optionals (!(value.internal or false)) (document variant value)
    ) (lib.attrNames options);
in
documentAll null deployment
