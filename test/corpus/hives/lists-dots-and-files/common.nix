{ lib, name, ... }:
{
  networking.hostName = builtins.replaceStrings [ "." ] [ "-" ] name;
  deployment.tags = lib.mkAfter [ "last" ];
}
