# A host of the benchmark. Each release changes its label, a file in /etc and a service, which is restarted.
let
  release = builtins.readFile ./release;
in
{
  system.nixos.label = "release-${release}";
  services.openssh.enable = true;
  users.users.root.openssh.authorizedKeys.keys = [ (builtins.readFile ./operator.pub) ];
  environment.etc."release".text = release;
  systemd.services.greeter = {
    wantedBy = [ "multi-user.target" ];
    serviceConfig.ExecStart = "/bin/sh -c 'echo release ${release}; exec sleep infinity'";
  };
  boot.loader.systemd-boot.enable = true;
  fileSystems."/" = {
    device = "/dev/disk/by-label/nixos";
    fsType = "ext4";
  };
  system.stateVersion = "25.05";
}
