# What belongs to the whole hive.
{
  meta = {
    name = "shop";
    description = "All that sells something";
    machinesFile = "/etc/nix/builders";
    allowApplyAll = false;
    nixpkgs = <nixpkgs>;
  };
  till = { };
}
