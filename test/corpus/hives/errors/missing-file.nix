{
  till = ./till.nix;
}
