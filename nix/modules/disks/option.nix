# Options as the devices have them, with fewer words.
{ lib }:
let
  inherit (lib) mkOption types;
in
rec {
  option =
    type: default: description:
    mkOption { inherit type default description; };
  required = type: description: mkOption { inherit type description; };

  text = option types.str;
  texts = option (types.listOf types.str) [ ];
  switch = option types.bool;
  # null unless it is set.
  optional = type: option (types.nullOr type) null;
  attributesOf = type: option (types.attrsOf (types.submodule type)) { };

  absolutePath = types.addCheck types.str (lib.hasPrefix "/") // {
    description = "absolute path";
  };
  uuid = types.strMatching "[[:xdigit:]]{8}-[[:xdigit:]]{4}-[[:xdigit:]]{4}-[[:xdigit:]]{4}-[[:xdigit:]]{12}";

  # What says of which kind a device or content is.
  tag = name: required (types.enum [ name ]) "Kind." // { internal = true; };
  tagWithDefault = name: tag name // { default = name; };

  extraArguments = texts "More arguments for the program that makes it.";
  mountpoint = optional absolutePath "Where it is mounted.";
  mountOptions = option (types.listOf types.str) [ "defaults" ] "Options of the mount.";

  hooks = lib.genAttrs [
    "preCreateHook"
    "postCreateHook"
    "preMountHook"
    "postMountHook"
    "preUnmountHook"
    "postUnmountHook"
  ] (name: option types.lines "" "Lines of shell that are run at this point.");

  # One of several kinds of sets, told apart by `type`: each kind a type of options.
  oneOfKinds =
    kinds:
    let
      names = builtins.attrNames kinds;
    in
    types.mkOptionType {
      name = "oneOfKinds";
      description = "set with type = ${lib.concatMapStringsSep " or " builtins.toJSON names}";
      check = builtins.isAttrs;
      merge =
        loc: definitions:
        let
          # Its `type` alone: what else is set depends on it.
          inherit
            (lib.evalModules {
              prefix = loc;
              modules = [
                {
                  options.type = required (types.enum names) "Kind.";
                  config._module.check = false;
                }
              ]
              ++ map (
                { file, value }:
                {
                  _file = file;
                  config = value;
                }
              ) definitions;
            })
            config
            ;
        in
        kinds.${config.type}.merge loc definitions;
    };
}
