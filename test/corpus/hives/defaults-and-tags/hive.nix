# Two shops and what all hosts share. Tags are added to those of `defaults`; anything else replaces it.
{
  defaults =
    {
      lib,
      name,
      pkgs,
      ...
    }:
    {
      networking.hostName = name;
      environment.systemPackages = [
        pkgs.vim
        pkgs.git
      ];
      boot.loader.grub.device = "/dev/sda";
      fileSystems."/" = {
        device = "/dev/sda1";
        fsType = "ext4";
      };
      deployment.tags = [ "everywhere" ];
      deployment.targetUser = lib.mkDefault "deploy";
    };

  shop-01 = {
    services.nginx.enable = true;
    deployment.tags = [
      "shop"
      "berlin"
    ];
    deployment.targetHost = "10.4.0.11";
    deployment.targetPort = 2222;
    deployment.sshOptions = [
      "-J"
      "bastion"
    ];
  };

  shop-02 =
    { name, ... }:
    {
      environment.etc."shop/name".text = name;
      deployment = {
        tags = [ "shop" ];
        targetUser = null;
        buildOnTarget = true;
        allowLocalDeployment = true;
        replaceUnknownProfiles = false;
        privilegeEscalationCommand = [ "doas" ];
      };
    };

  # Built and never deployed to.
  archive.deployment.targetHost = null;
}
