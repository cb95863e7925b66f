# The nodes of a deploy-rs fleet: a function of the flake output `deploy`, or of what a file evaluates to that has it as
# `.deploy`. No path of a profile is evaluated, and a node that throws is the business of who asks for it.
value:
let
  inherit (builtins)
    any
    attrNames
    attrValues
    concatMap
    isAttrs
    tryEval
    typeOf
    ;

  fleet = value.deploy or value;
  nodes = fleet.nodes or { };
  orElse = default: attempt: if attempt.success then attempt.value else default;

  profilesOf =
    node:
    orElse [ ] (
      tryEval (if isAttrs node && isAttrs (node.profiles or null) then attrValues node.profiles else [ ])
    );
  asksForPassword =
    options: orElse false (tryEval (isAttrs options && (options.interactiveSudo or false) == true));
in
if !isAttrs nodes then
  throw "deploy.nodes has to be a set of nodes, and is a ${typeOf nodes}"
else
  {
    names = attrNames nodes;
    # Whoever deploys is asked once, before anything else is done, and whichever node it is for.
    settings.interactiveSudo =
      asksForPassword fleet
      || any asksForPassword (attrValues nodes)
      || any asksForPassword (concatMap profilesOf (attrValues nodes));
  }
