# What every host of the fleet has.
{ lib, ... }:
{
  # What the boot menu and `flotilla status` call this configuration.
  system.nixos.label = "release-1";

  users.motd = "Deployed with flotilla. Changes made by hand do not last.";

  services.openssh.enable = lib.mkDefault true;
  users.users.root.openssh.authorizedKeys.keys = [
    # "ssh-ed25519 AAAA… ana@laptop"
  ];

  # The disks and the boot loader of the machines: put yours here, e.g. from nixos-generate-config.
  boot.loader.systemd-boot.enable = true;
  fileSystems."/" = {
    device = "/dev/disk/by-label/nixos";
    fsType = "ext4";
  };
  fileSystems."/boot" = {
    device = "/dev/disk/by-label/boot";
    fsType = "vfat";
  };

  system.stateVersion = "25.05";
}
