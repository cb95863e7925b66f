{ lib, ... }:
{
  imports = [ ./tagged.nix ];
  deployment.tags = lib.mkBefore [ "first" ];
}
