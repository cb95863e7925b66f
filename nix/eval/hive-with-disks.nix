# An evaluated hive in which one node has other devices for its disks: a function of with-disks.nix.
withDisks: disks: hive: name:
if disks == { } then
  hive
else
  hive
  // {
    nodes = hive.nodes // {
      ${name} = withDisks disks hive.nodes.${name};
    };
    # Made of the node as it was.
    toplevel = builtins.removeAttrs (hive.toplevel or { }) [ name ];
  }
