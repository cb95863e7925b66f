# `lib` of the stand-in: the functions of nixpkgs's that configurations in the bed call, under the
# same names.
let
  lib =
    builtins
    // import ./attrsets-and-strings.nix
    // import ./properties.nix
    // import ./modules.nix { inherit lib; }
    // {
      types = import ./types.nix { inherit lib; };
    };
in
lib
