{
  meta.nixpkgs = "nixos-unstable";
  till = { };
}
