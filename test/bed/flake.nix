# The stand-in for nixpkgs as a flake input:
#
#   --override-input nixpkgs path:/…/test/bed
#
# It stands here and not in nixpkgs/, because a `path:` input is copied alone and hosts are made by
# system/ next to it (`path:…?dir=` is newer than the oldest Nix that flotilla works with).
{
  description = "nixpkgs-shaped: enough of NixOS for the hosts of the test bed";
  outputs = _: import ./nixpkgs;
}
