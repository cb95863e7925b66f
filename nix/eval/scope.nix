# What `flotilla eval` and `flotilla repl` have at hand in a set of configurations: a function of the set.
nodes:
let
  inherit (builtins) attrNames head tail;

  # The first package set that there is; no more nodes are looked at than need be.
  firstPackages =
    names:
    if names == [ ] then
      throw "None of these configurations has a package set (pkgs) of its own."
    else
      nodes.${head names}.pkgs or (firstPackages (tail names));

  pkgs = firstPackages (attrNames nodes);
in
{
  inherit nodes pkgs;
  inherit (pkgs) lib;
}
