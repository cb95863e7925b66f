# What the stand-ins for nixpkgs' installers have in common: the options that an installer sets and that the bed's hosts have no use for,
# and a system that is a name. Its kernel and its initrd are texts that say what went in.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  anything = mkOption {
    type = types.anything;
    default = { };
  };
  text = name: content: pkgs.runCommand name { inherit content; } ''mkdir "$out"; printf '%s\n' "$content" >"$out/${name}"'';
in
{
  options = {
    boot.initrd.systemd = anything;
    documentation = anything;
    networking.networkmanager = anything;
    networking.useNetworkd = anything;
    systemd.network = anything;
    system.boot = anything;
    system.nixos.variant_id = mkOption { type = types.str; };
  };

  config = {
    boot.kernelParams = [ "quiet" ];
    system.boot.loader.kernelFile = "bzImage";
    system.build = {
      toplevel = lib.mkForce (text "init" "the installer");
      kernel = text "bzImage" "a kernel";
      netbootRamdisk = text "initrd" (
        lib.concatStringsSep "\n" (
          [ "root lets in:" ]
          ++ config.users.users.root.openssh.authorizedKeys.keys
          ++ map (assertion: assertion.message) (
            builtins.filter (assertion: !assertion.assertion) config.assertions
          )
        )
      );
    };
  };
}
