# What makes an installer of a NixOS that lives in memory (nixpkgs's own netboot or ISO profiles, imported beside it): reached as
# root by ssh, with the network and the keys of the machine that it was started on, and with what writes disks.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  # Stronger than the profiles' defaults, weaker than what the image's author sets.
  usually = lib.mkOverride 900;

  rootKeys = config.users.users.root.openssh.authorizedKeys;

  # A step between the first root, where the archive lies that was added to the initrd, and the system.
  handOver = condition: script: {
    inherit script;
    wantedBy = [ "initrd.target" ];
    # Without this order systemd would not wait for it.
    before = [ "initrd.target" ];
    unitConfig = {
      DefaultDependencies = false;
      RequiresMountsFor = "/sysroot";
      ConditionPathExists = condition;
    };
    serviceConfig.Type = "oneshot";
  };
in
{
  system.nixos.variant_id = usually "installer";
  networking.hostName = lib.mkOverride 1400 "installer";
  system.stateVersion = usually config.system.nixos.release;

  assertions = [
    {
      assertion = rootKeys.keys != [ ] || rootKeys.keyFiles != [ ];
      message = "Nobody could log in to this installer: put an ssh key into users.users.root.openssh.authorizedKeys.keys.";
    }
  ];

  services.openssh.enable = true;
  services.openssh.settings.PermitRootLogin = usually "prohibit-password";
  # sshd is all that listens, and has to be reached.
  networking.firewall.enable = usually false;

  # The machine's own network is handed over as files of networkd; without any, each interface asks for an address.
  networking.useNetworkd = true;
  systemd.network.enable = true;
  networking.networkmanager.enable = lib.mkForce false;
  networking.useDHCP = usually true;

  boot.initrd.systemd.enable = true;
  boot.initrd.systemd.services = {
    # /run goes on into the system, and networkd reads the files there.
    flotilla-network = handOver "/flotilla/network" ''
      mkdir -p -m 755 /run/systemd/network
      cp /flotilla/network/* /run/systemd/network/
    '';
    # Who asked for the installer gets in as before, and knows it by its key.
    flotilla-identity = handOver "/ssh" ''
      mkdir -p -m 755 /sysroot/etc/ssh
      mkdir -p -m 700 /sysroot/root /sysroot/root/.ssh
      for key in /ssh/ssh_host_*; do
        case $key in
          *.pub) cp "$key" /sysroot/etc/ssh/ && chmod 644 "/sysroot/etc/ssh/''${key##*/}" ;;
          *_key) cp "$key" /sysroot/etc/ssh/ && chmod 600 "/sysroot/etc/ssh/''${key##*/}" ;;
        esac
      done
      # By it servers of DHCP know a machine, and give it the address that it had.
      if [ -s /machine-id ]; then
        cp /machine-id /sysroot/etc/machine-id
      fi
      if [ -e /ssh/authorized_keys ]; then
        cat /ssh/authorized_keys >> /sysroot/root/.ssh/authorized_keys
        chmod 600 /sysroot/root/.ssh/authorized_keys
      fi
    '';
  };

  # What disks are made with, whatever the layout.
  environment.systemPackages = [
    pkgs.btrfs-progs
    pkgs.cryptsetup
    pkgs.dosfstools
    pkgs.e2fsprogs
    pkgs.f2fs-tools
    pkgs.gptfdisk
    pkgs.jq
    pkgs.lvm2
    pkgs.mdadm
    pkgs.parted
    pkgs.rsync
    pkgs.xfsprogs
  ];
  boot.swraid.enable = usually true;
  # Else each array would be reported by mail, which nobody reads here.
  boot.swraid.mdadmConf = usually "PROGRAM ${pkgs.coreutils}/bin/true";
  # Arrays and mirrors of LVM are made of modules that are not loaded when they are made.
  boot.kernelModules = [
    "dm-raid"
    "dm-snapshot"
    "dm-thin-pool"
  ];

  # A small machine holds the installer, its store and the copying of a system in its memory.
  boot.kernelParams = [
    "zswap.enabled=1"
    "zswap.max_pool_percent=50"
    "zswap.compressor=zstd"
  ];
  nix.settings = {
    extra-experimental-features = [
      "nix-command"
      "flakes"
    ];
    # A cache that does not answer must not hold up what can be had from another.
    connect-timeout = usually 5;
    fallback = usually true;
    log-lines = usually 25;
    builders-use-substitutes = usually true;
  };

  documentation.enable = usually false;
}
