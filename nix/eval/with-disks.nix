# A configuration with other devices for the disks of its layout, as the operator says them: { NAME = "/dev/…"; }. All that is
# made of them follows: file systems, the boot loader's disks, disko's scripts.
disks: configuration:
let
  inherit (builtins) attrNames concatStringsSep filter mapAttrs;

  known = configuration.config.disko.devices.disk or { };
  unknown = filter (name: !(known ? ${name})) (attrNames disks);
  listed =
    if known == { } then "it has none" else "it has ${concatStringsSep ", " (attrNames known)}";

  # Like lib.mkForce, and stronger than one in the configuration: the operator has the last word.
  force = content: {
    _type = "override";
    priority = 40;
    inherit content;
  };
in
if disks == { } then
  configuration
else if unknown != [ ] then
  throw "disko.devices.disk has no ${concatStringsSep ", " unknown}: ${listed}"
else if !(configuration ? extendModules) then
  throw "its disks cannot be given other devices: it was not made by nixosSystem (it has no extendModules)"
else
  configuration.extendModules {
    modules = [ { disko.devices.disk = mapAttrs (_: device: { device = force device; }) disks; } ];
  }
