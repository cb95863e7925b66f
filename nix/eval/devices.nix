# disko.devices as plain data: { layout; layoutReferences; }, where `layout` is null when it declares nothing. What it is a function
# of has been checked and filled in by the options of disko or of ours, or has been written down as it is.
devices:
let
  inherit (builtins)
    any
    attrNames
    attrValues
    concatMap
    elem
    filter
    getContext
    isAttrs
    isFunction
    isList
    isPath
    listToAttrs
    split
    substring
    toJSON
    toString
    unsafeDiscardStringContext
    ;

  # Of a set's attributes: `options` has those of an option, of which disko's own begin with "_"; `named` those that the user
  # called something, but for the dataset that disko adds to each pool; `free` is anything.
  kindBelow =
    kind: name:
    if kind == "named" then
      "options"
    else if kind == "free" then
      "free"
    else if
      elem name [
        "bcachefs_filesystems"
        "datasets"
        "disk"
        "lvm_vg"
        "lvs"
        "mdadm"
        "nodev"
        "partitions"
        "subvolumes"
        "swap"
        "zpool"
      ]
    then
      "named"
    else if
      elem name [
        "options"
        "rootFsOptions"
        "settings"
      ]
    then
      "free"
    else
      "options";
  isWanted =
    kind: name: value:
    if kind == "named" then
      name != "__root"
    else
      kind == "free" || substring 0 1 name != "_" && !isFunction value;

  # As plain data. A path becomes its text: as JSON it would be copied into the store.
  plain =
    kind: value:
    if isPath value then
      toString value
    else if isList value then
      map (plain kind) value
    else if isAttrs value && (value ? outPath || value ? __toString) then
      toString value
    else if isAttrs value then
      listToAttrs (
        map (name: {
          inherit name;
          value = plain (kindBelow kind name) value.${name};
        }) (filter (name: isWanted kind name value.${name}) (attrNames value))
      )
    else
      value;

  layout = plain "options" devices;
  hasDisks = any (class: class != { }) (attrValues layout);

  # Whatever a hook or the name of a key file needs is in the context of its text.
  text = toJSON layout;
  context = getContext text;
  storePath = "(${builtins.storeDir}/[0-9a-z]{32}-[A-Za-z0-9+._?=-]+)";
  found = concatMap (part: if isList part then part else [ ]) (
    split storePath (unsafeDiscardStringContext text)
  );
in
{
  layout = if hasDisks then layout else null;
  layoutReferences = {
    derivations = filter (origin: context.${origin} ? outputs) (attrNames context);
    # Each once, in order.
    paths = attrNames (
      listToAttrs (
        map (name: {
          inherit name;
          value = null;
        }) found
      )
    );
  };
}
