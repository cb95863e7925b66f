# krops's `pkgs`, for files that import it: <nixpkgs> with `krops` and `populate`.
#
#   pkgs = import "${flotilla}/nix/krops/pkgs" { };
{
  overlays ? [ ],
  ...
}@arguments:
import <nixpkgs> (arguments // { overlays = [ (import ./overlay.nix) ] ++ overlays; })
