final: _:
let
  parts = import ../parts.nix {
    pkgs = final;
    inherit (final) lib;
  };
in
{
  inherit (parts) krops populate;
}
