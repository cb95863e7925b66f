# The outline of an evaluated hive: a function of what makeHive makes, or of a set with the same attributes that somebody
# made by hand. No node is evaluated.
hive:
let
  inherit (builtins)
    attrNames
    elem
    intersectAttrs
    isPath
    mapAttrs
    toString
    ;

  # The versions have the same attributes, under the same names. Without one it was made by hand.
  known = [
    null
    "v0"
    "v0.20241006"
    "v0.5"
  ];
  schema = hive.__schema or null;
in
if !elem schema known then
  throw "The hive has the schema ${builtins.toJSON schema}, which flotilla does not know."
else
  {
    names = attrNames (
      hive.nodes or (throw "colmenaHive has no `nodes': it has to be what makeHive makes, or in that shape.")
    );
    settings = mapAttrs (_: value: if isPath value then toString value else value) (
      intersectAttrs {
        name = null;
        description = null;
        machinesFile = null;
        allowApplyAll = null;
      } (hive.metaConfig or { })
    );
  }
