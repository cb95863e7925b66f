# What `flotilla populate` asks of Nix: the script, and the derivations that must be built before it can run.
{
  # nixpkgs's
  lib,
  # As a user writes them: a set, a list of sets, or what evalSource made of either.
  source,
  target,
  force,
  backup,
}:
let
  kropsLib = import ./lib/library.nix { inherit lib; };
  text = import ./populate-text.nix { lib = kropsLib; } {
    inherit backup force;
    source = kropsLib.evalSource source;
    target = kropsLib.mkTarget target;
  };
  references = builtins.getContext text;
in
{
  script = builtins.unsafeDiscardStringContext ''
    #!/bin/sh
    # shellcheck disable=SC2016,SC1003 # for other shells to read
    set -eu
    ${text}'';
  derivations = builtins.filter (path: references.${path} ? outputs) (builtins.attrNames references);
}
