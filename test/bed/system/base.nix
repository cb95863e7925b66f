# What every host of the bed has, whatever its configuration says: network, sshd, nix-daemon, users, and the files of /etc that go with them.
{ join, lines, names, hostName, label, sshd, sshPorts, address, prefixLength, users, nixSettings }:
let
  trusted = builtins.filter (name: users.${name}.trusted or false) (names users);
  value = v: if builtins.isBool v then (if v then "true" else "false") else if builtins.isList v then join " " v else toString v;
  nixConf = lines (
    map (name: "${name} = ${value nixConfig.${name}}") (names nixConfig) ++ [ "" ]
  );
  nixConfig = {
    experimental-features = "nix-command flakes";
    sandbox = false;
    substituters = "";
    trusted-users = [ "root" ] ++ trusted;
    require-sigs = true;
    # All hosts share one disk, and a power cut loses nothing of it.
    fsync-metadata = false;
  } // nixSettings;

  sshdConfig = ''
    ${lines (map (port: "Port ${toString port}") sshPorts)}
    HostKey /etc/ssh/ssh_host_ed25519_key
    AuthorizedKeysFile %h/.ssh/authorized_keys /etc/ssh/authorized_keys.d/%u /etc/ssh/bed_keys
    PermitRootLogin prohibit-password
    PasswordAuthentication no
    KbdInteractiveAuthentication no
    UsePAM yes
    UseDNS no
    MaxStartups 100:30:200
    MaxSessions 100
    AcceptEnv LANG LC_*
    Subsystem sftp internal-sftp
  '';
  # A changed configuration file restarts its service, as NixOS's restartTriggers do.
  trigger = text: "X-Restart-Triggers=${builtins.hashString "sha256" text}";

  # The bed writes /etc/bed/address before it starts a host; a static address does not look there.
  addressCommand = if address == null then "$(cat /etc/bed/address)" else "${address}/${toString prefixLength}";
  gatewayCommand = if address == null then "$(cat /etc/bed/gateway)" else gatewayOf address;
  gatewayOf = a: "${builtins.head (builtins.match "(.*)\\.[0-9]+" a)}.1";

  rulesOf = name: user:
    if (user.sudo or null) == "nopasswd" then "${name} ALL=(ALL:ALL) NOPASSWD: ALL\n"
    else if (user.sudo or null) == "password" then "${name} ALL=(ALL:ALL) ALL\n"
    else "";
  sudoers = ''
    Defaults env_reset
    Defaults secure_path="/run/wrappers/bin:/run/current-system/sw/bin"
    root ALL=(ALL:ALL) NOPASSWD: ALL
    ${join "" (map (name: rulesOf name users.${name}) (names users))}'';
  doasRules = join "" (map (name: if users.${name}.doas or false then "permit nopass ${name}\n" else "") (names users));
  keysOf = name: users.${name}.keys or [ ];
  path = "/run/wrappers/bin:/root/.nix-profile/bin:/nix/var/nix/profiles/default/bin:/run/current-system/sw/bin";
in
{
  wants = [ "network-addresses-eth0.service" "nix-daemon.service" ] ++ (if sshd then [ "sshd.service" ] else [ ]);

  links = {
    "default.target" = "/usr/lib/systemd/system/multi-user.target";
    "dbus.service" = "/usr/lib/systemd/system/dbus.service";
    "sockets.target.wants/nix-daemon.socket" = "../nix-daemon.socket";
  };

  units = {
    "network-addresses-eth0.service" = ''
      [Unit]
      Description=Address configuration of eth0
      Before=network.target
      Wants=network.target
      DefaultDependencies=no
      After=local-fs.target
      [Service]
      Type=oneshot
      RemainAfterExit=yes
      ExecStart=/bin/sh -c 'PATH=/usr/bin:/usr/sbin; ip link set lo up; ip link set eth0 up; ip addr replace ${addressCommand} dev eth0; ip route replace default via ${gatewayCommand} || :'
      ExecStop=/bin/sh -c 'PATH=/usr/bin:/usr/sbin; ip addr flush dev eth0'
    '';
    "nix-daemon.socket" = ''
      [Unit]
      Description=Nix Daemon Socket
      Before=multi-user.target
      [Socket]
      ListenStream=/nix/var/nix/daemon-socket/socket
      [Install]
      WantedBy=sockets.target
    '';
    "nix-daemon.service" = ''
      [Unit]
      Description=Nix Daemon
      RequiresMountsFor=/nix/store /nix/var
      ${trigger nixConf}
      X-StopIfChanged=false
      [Service]
      ExecStart=@/usr/bin/nix-daemon nix-daemon --daemon
      KillMode=process
      TasksMax=1048576
    '';
  } // (if sshd then {
    "sshd.service" = ''
      [Unit]
      Description=SSH Daemon
      After=network.target
      ${trigger sshdConfig}
      X-StopIfChanged=false
      [Service]
      Type=notify-reload
      RuntimeDirectory=sshd
      RuntimeDirectoryPreserve=yes
      ExecStart=/usr/sbin/sshd -D -f /etc/ssh/sshd_config
      KillMode=process
      Restart=always
    '';
  } else { }) // builtins.listToAttrs (map (name: { inherit name; value = ""; }) (import ./masked.nix));

  etc = {
    NIXOS = "";
    hostname = "${hostName}\n";
    os-release = ''
      ID=nixos
      NAME=NixOS
      PRETTY_NAME="NixOS ${label} (test bed)"
      VERSION_ID="25.05"
    '';
    environment = "PATH=${path}\n";
    "nix/nix.conf" = nixConf;
    "ssh/sshd_config" = sshdConfig;
    # systemd's own default on NixOS: a transient unit finds systemd's programs, and nothing else, on its PATH.
    "systemd/system.conf.d/path.conf" = "[Manager]\nDefaultEnvironment=PATH=/run/current-system/systemd/bin\n";
    "bed/users" = join "" (map (name: "${name}\n") (names users));
    "bed/sudoers" = sudoers;
    "bed/doas.conf" = doasRules;
  } // builtins.listToAttrs (
    map (name: { name = "ssh/authorized_keys.d/${name}"; value = lines (keysOf name ++ [ "" ]); })
      (builtins.filter (name: keysOf name != [ ]) (names users))
  );
}
