{
  imports = [ ../modules/web.nix ];

  networking.hostName = "web-01";
}
