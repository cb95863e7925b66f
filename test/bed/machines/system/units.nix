# Units of a machine: those that the bed's containers have no use for are back, and none of Debian's that NixOS does not have.
{ dhcp }:
let
  # Masked below ../../system/, because a container has no devices.
  back = [
    "systemd-modules-load.service"
    "systemd-udev-trigger.service"
    "systemd-udevd.service"
  ];
  masked = [
    "blk-availability.service"
    "e2scrub_reap.service"
    "grub-common.service"
    "kexec-load.service"
    "kexec.service"
    "lvm2-lvmpolld.socket"
    "lvm2-monitor.service"
    "mdadm-shutdown.service"
    "mdcheck_continue.timer"
    "mdcheck_start.timer"
    "mdmonitor-oneshot.timer"
    "mdmonitor.service"
    "systemd-hwdb-update.service"
    "systemd-networkd-wait-online.service"
    "systemd-pcrmachine.service"
    "systemd-random-seed.service"
    "systemd-tpm2-setup-early.service"
    "systemd-tpm2-setup.service"
    "xfs_scrub_all.timer"
  ];
in
{
  inherit back;
  units =
    builtins.listToAttrs (
      map (name: {
        inherit name;
        value = "";
      }) masked
    )
    // {
      # A root shell on the second serial line, for whoever stands beside the machine.
      "bed-console.service" = ''
        [Unit]
        Description=Shell on the second serial line
        DefaultDependencies=no
        [Service]
        Environment=PATH=/run/wrappers/bin:/run/current-system/sw/bin:/usr/sbin:/usr/bin
        ExecStart=/bin/sh -c 'stty raw -echo </dev/ttyS1; exec /bin/sh </dev/ttyS1 >/dev/ttyS1 2>&1'
        Restart=always
        RestartSec=1
      '';
      # As NixOS does at the first start of sshd.
      "sshd-keygen.service" = ''
        [Unit]
        Description=SSH Host Keys Generation
        Before=sshd.service
        ConditionPathExists=!/etc/ssh/ssh_host_ed25519_key
        [Service]
        Type=oneshot
        ExecStart=/usr/bin/ssh-keygen -q -t ed25519 -N "" -C "" -f /etc/ssh/ssh_host_ed25519_key
      '';
    }
    // (
      if dhcp then
        {
          # The address comes by DHCP.
          "network-addresses-eth0.service" = ''
            [Unit]
            Description=Address configuration of eth0
            Wants=systemd-networkd.service
            [Service]
            Type=oneshot
            RemainAfterExit=yes
            ExecStart=/bin/true
          '';
        }
      else
        { }
    );
  wants = [
    "bed-console.service"
    "sshd-keygen.service"
  ];
}
