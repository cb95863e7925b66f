# krops's `lib`, for files that import it: the functions of <nixpkgs/lib>, Nix's builtins, and those of
# krops.
#
#   lib = import "${flotilla}/nix/krops/lib";
import ./library.nix { lib = import <nixpkgs/lib>; }
