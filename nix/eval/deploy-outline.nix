# The nodes of a deploy-rs fleet, none of them evaluated: a function of the flake output `deploy`, or of what a file
# evaluates to that has it as `.deploy`.
value:
let
  nodes = (value.deploy or value).nodes or { };
in
{
  names =
    if builtins.isAttrs nodes then
      builtins.attrNames nodes
    else
      throw "deploy.nodes has to be a set of nodes, and is a ${builtins.typeOf nodes}";
  settings = null;
}
