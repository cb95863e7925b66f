# A hive without a flake.
{
  meta.nixpkgs = <nixpkgs>;

  web =
    { config, ... }:
    {
      imports = [ ../../../nix/modules/disks.nix ];
      nixpkgs.hostPlatform = "x86_64-linux";
      networking.hostName = "web";
      boot.loader.grub.enable = true;
      environment.etc.grub-devices.text = toString config.boot.loader.grub.devices;
      services.openssh.enable = true;
      users.users.root.openssh.authorizedKeys.keys = [ "ssh-ed25519 AAAAroot ana@desk" ];
      disko.devices.disk.main = {
        device = "/dev/sda";
        content = {
          type = "gpt";
          partitions = {
            boot = {
              size = "1M";
              type = "EF02";
            };
            root = {
              size = "100%";
              content = {
                type = "filesystem";
                format = "xfs";
                mountpoint = "/";
              };
            };
          };
        };
      };
    };
}
