# Stands in for nixpkgs' own: the image is a text that says how it was asked for.
{
  config,
  copyChannel,
  diskSize,
  format,
  lib,
  partitionTableType,
  pkgs,
}:
pkgs.runCommand "nixos-disk-image" { } ''
  mkdir "$out"
  echo "${config.networking.hostName} on ${partitionTableType}, ${diskSize}" >"$out/nixos.${
    if format == "raw" then "img" else format
  }"
''
