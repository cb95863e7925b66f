# A host of the benchmark. Each release changes its label, a file in /etc and a service, which is restarted.
{ ... }:
let
  release = builtins.readFile ./release;

  # Stands in for the thousands of options that the modules of a real host evaluate and keep: see docs/bench.md.
  weight = builtins.fromJSON (builtins.readFile ./weight);
  ballast = builtins.listToAttrs (
    builtins.genList (index: {
      name = "option-${toString index}";
      value.text = "the value of option ${toString index}";
    }) weight
  );
  weigh = builtins.foldl' (
    sum: name: sum + builtins.stringLength ballast.${name}.text
  ) 0 (builtins.attrNames ballast);
in
{
  system.build = { inherit ballast; };
  environment.etc."weight".text = toString weigh;
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
