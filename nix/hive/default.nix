# `flotilla.lib.makeHive`: the flake output `colmenaHive` from a hive, as `colmena.lib.makeHive` makes it.
rawHive:
import ./eval.nix {
  inherit rawHive;
  hermetic = true;
}
