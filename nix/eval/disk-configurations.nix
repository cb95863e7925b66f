# One element of a flake's `diskoConfigurations`: { layout; layoutReferences; } as devices.nix makes it, of what is written there.
# readDevices: devices.nix. lib: for an element that is a function of it; null where the flake has none to be found.
readDevices: lib: disks: configurations: name:
let
  inherit (builtins)
    attrNames
    concatStringsSep
    functionArgs
    isFunction
    mapAttrs
    ;

  listed = concatStringsSep ", " (attrNames configurations);
  written =
    configurations.${name} or (throw "diskoConfigurations has no ${name}: it has ${listed}");
  value =
    if !isFunction written then
      written
    else if lib == null && (functionArgs written) ? lib then
      throw "diskoConfigurations.${name} is a function of lib, and this flake has no nixosConfigurations whose lib that could be"
    else
      written (if lib == null then { } else { inherit lib; });
  inherit (value.disko or (throw "diskoConfigurations.${name} has no disko.devices")) devices;

  disk = devices.disk or { };
  unknown = builtins.filter (name: !(disk ? ${name})) (attrNames disks);
in
if unknown != [ ] then
  throw "disko.devices.disk has no ${concatStringsSep ", " unknown}: it has ${concatStringsSep ", " (attrNames disk)}"
else
  readDevices (devices // { disk = disk // mapAttrs (name: device: disk.${name} // { inherit device; }) disks; })
