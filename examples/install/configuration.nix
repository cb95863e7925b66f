# The system of the machine.
{
  networking.hostName = "web-01";

  # What the boot menu and `flotilla status` call this configuration.
  system.nixos.label = "release-1";

  services.openssh.enable = true;
  users.users.root.openssh.authorizedKeys.keys = [
    # "ssh-ed25519 AAAA… ana@laptop"
  ];

  boot.loader.systemd-boot.enable = true;
  boot.loader.efi.canTouchEfiVariables = true;

  users.motd = "Installed with flotilla.";

  system.stateVersion = "25.05";
}
