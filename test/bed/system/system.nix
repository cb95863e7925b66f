# A system closure in the shape NixOS gives it, made without nixpkgs, so that hosts can be switched, booted and broken for real where
# no nixpkgs is to be had. Every derivation is a few lines of shell run by the machine's own /bin/sh and coreutils (sandbox = false).
#
#   import ./system.nix { hostName = "web-01"; label = "25.05.1"; }      -> the toplevel derivation
#
# All settings, each with what it does. Everything but `hostName` has a default.
{
  hostName,
  # What `nixos-version` says, and the version in the closure's name.
  label ? "25.05.bed",
  # system.configurationRevision.
  revision ? null,
  # Version of the kernel; another one changes /run/current-system/kernel, which asks for a reboot.
  kernel ? "6.12.1",
  # Other than the running one: `switch` installs the boot entry and ends with 100.
  initInterface ? "2",

  # systemd units: { "foo.service" = "[Service]\n…"; }. An empty text masks the unit.
  # Something to check the health of: "[Service]\nExecStart=/usr/bin/busybox httpd -f -p 8080 -h /etc/www\n", with etc."www/index.html".
  units ? { },
  # Units that multi-user.target starts: [ "foo.service" ].
  wants ? [ ],
  # Other links below /etc/systemd/system: { "sockets.target.wants/foo.socket" = "../foo.socket"; }.
  links ? { },
  # Files below /etc: { "foo/bar.conf" = "text"; }.
  etc ? { },
  # Commands that /run/current-system/sw/bin has besides those of a plain NixOS, taken from the root file system: [ "git" ].
  tools ? [ ],

  # Shell at the end of the activation script. A failure makes `switch` end with 2; `sleep 1000` makes it hang.
  activation ? "",
  # Shell of the pre-switch check, called with the toplevel and the action. Its failure stops the switch with the same status.
  preSwitch ? "",
  # `switch` and `boot` end with 1 after the profile was set and before the default boot entry is.
  bootLoaderFails ? false,

  # false: sshd.service is not part of the system, and a switch stops it. Open sessions go on, as on NixOS.
  sshd ? true,
  sshPorts ? [ 22 ],
  # null: what the bed gave the host, as DHCP would; best, because then a closure is the same in every bed. Otherwise a static address.
  address ? null,
  prefixLength ? 24,
  # Login users. The bed's ssh key opens every one of them.
  #   { deploy = { sudo = "nopasswd"; }; }     sudo without a password
  #   { deploy = { sudo = "password"; }; }     sudo asks; the password is "bed"
  #   { deploy = { doas = true; }; }           doas without a password
  #   trusted = true: in nix's trusted-users.    keys: more public keys for authorized_keys.
  users ? { },
  # nix.conf, over the bed's defaults (sandbox and substituters off, require-sigs on): { require-sigs = false; trusted-users = "root deploy"; }.
  nixSettings ? { },

  # Ballast that does not compress: one path of this many MiB.
  payloadMiB ? 0,
  # Ballast in numbers: so many small paths.
  paths ? 0,
  # The architecture the closure claims (its `system` file and boot.json). It is always built here.
  platform ? "x86_64-linux",
  buildPlatform ? "x86_64-linux",
  # Makes it one for a real machine: what ../machines/system/default.nix wants to know.
  machine ? null,
  # { night = { label = "…"; etc = { … }; }; }: settings laid over these, below specialisation/<name>.
  specialisations ? { },
}@settings:
let
  inherit (import ./derivations.nix { inherit buildPlatform; }) derive file join lines linkAll names;

  # Null, or what makes the closure boot by itself.
  hardware =
    if machine == null then
      null
    else
      import ../machines/system {
        inherit derive file join lines hostName;
        settings = machine // { dhcp = address == null; };
      };
  ofHardware = what: otherwise: if hardware == null then otherwise else what hardware;

  base = import ./base.nix {
    inherit join lines names hostName label sshd sshPorts address prefixLength users nixSettings;
  };

  allUnits = removeAttrs base.units (ofHardware (h: h.units.back) [ ]) // ofHardware (h: h.units.units) { } // units;
  unitLinks =
    base.links
    // builtins.listToAttrs (map (unit: { name = "multi-user.target.wants/${unit}"; value = "../${unit}"; }) (base.wants ++ ofHardware (h: h.units.wants) [ ] ++ wants))
    // links;
  unitPath = name: if allUnits.${name} == "" then "/dev/null" else file "unit-${name}" allUnits.${name};
  systemUnits = derive "system-units" { } ''
    mkdir "$out"
    cd "$out"
    ${linkAll (unitLinks // builtins.mapAttrs (name: _: unitPath name) allUnits)}
  '';

  # On a real machine a file of its own, for nixos-enter looks for it from outside.
  allEtc = removeAttrs base.etc (ofHardware (_: [ "NIXOS" ]) [ ]) // ofHardware (h: h.etc) { } // etc;
  etcTree = derive "etc" { } ''
    mkdir -p "$out/etc/systemd"
    cd "$out/etc"
    ln -s ${systemUnits} systemd/system
    ${linkAll (builtins.mapAttrs (name: text: file "etc-${builtins.replaceStrings [ "/" ] [ "-" ] name}" text) allEtc)}
  '';

  nixosVersion = file "nixos-version" ''
    #!/bin/sh
    case "''${1-}" in
    --json) echo '${builtins.toJSON { configurationRevision = revision; nixosVersion = label; nixpkgsRevision = null; }}' ;;
    --configuration-revision) ${if revision == null then "exit 1" else "echo ${revision}"} ;;
    *) echo "${label} (Bed)" ;;
    esac
  '';
  commands = import ./commands.nix;
  links' = directory: programs: lines (map (program: "ln -s ${directory}/${program} ${program}") programs);
  systemPath = derive "system-path" { inherit nixosVersion; } ''
    mkdir -p "$out/bin"
    cd "$out/bin"
    cp "$nixosVersion" nixos-version
    chmod 0555 nixos-version
    ${links' "/usr/bin" (commands.general ++ commands.systemd ++ tools)}
    ${links' "/usr/sbin" commands.administration}
    ${ofHardware (h: links' "/usr/bin" h.tools.bin + "\n" + links' "/usr/sbin" h.tools.sbin) ""}
  '';
  systemd = derive "systemd-257" { } ''
    mkdir -p "$out/bin" "$out/lib"
    ln -s /usr/lib/systemd "$out/lib/systemd"
    cd "$out/bin"
    ${links' "/usr/bin" commands.systemd}
  '';

  linux = ofHardware (h: "${h.kernel}/bzImage") (file "linux-${kernel}" "kernel ${kernel}\n");
  initrd = ofHardware (h: h.initrd) (file "initrd-linux-${kernel}" "initrd ${kernel}\n");
  kernelParams = ofHardware (h: h.kernelParams) [ "console=ttyS0" ];
  modules = ofHardware (h: h.kernel) modulesOfContainer;
  modulesOfContainer = derive "linux-${kernel}-modules" { } ''mkdir -p "$out/lib/modules/${kernel}"'';

  ballast = derive "ballast-${toString payloadMiB}MiB" { } ''
    dd if=/dev/urandom of="$out" bs=1M count=${toString payloadMiB} 2>/dev/null
  '';
  smallPaths = builtins.genList (number: file "small-${toString number}" "small ${toString number} ${label}\n") paths;

  specialisation = builtins.mapAttrs (_: changes: import ./system.nix (removeAttrs settings [ "specialisations" ] // changes)) specialisations;
in
derive "nixos-system-${hostName}-${label}"
  {
    inherit activation preSwitch;
    passAsFile = [ "activation" "preSwitch" ];
    activateScript = ./activate.sh;
    switchScript = ./switch-to-configuration.sh;
    initScript = ./init.sh;
    extraDependencies = (if payloadMiB > 0 then [ ballast ] else [ ]) ++ smallPaths;
  }
  ''
    mkdir -p "$out/bin" "$out/specialisation"
    script() {
      sed -e "s|@out@|$out|g" "$1" >"$2"
      chmod 0555 "$2"
    }
    script "$switchScript" "$out/bin/switch-to-configuration"
    script "$initScript" "$out/init"
    sed -e "/@extra@/{r $activationPath
    d}" "$activateScript" >activate
    script activate "$out/activate"
    { echo '#!/bin/sh'; cat "$preSwitchPath"; } >pre-switch-checks
    script pre-switch-checks "$out/pre-switch-checks"

    ln -s ${etcTree}/etc "$out/etc"
    ln -s ${systemPath} "$out/sw"
    ln -s ${systemd} "$out/systemd"
    ln -s ${linux} "$out/kernel"
    ln -s ${initrd} "$out/initrd"
    ln -s ${modules} "$out/kernel-modules"
    ${lines (map (name: ''ln -s ${specialisation.${name}} "$out/specialisation/${name}"'') (names specialisation))}
    printf %s '${initInterface}' >"$out/init-interface-version"
    printf %s '${platform}' >"$out/system"
    printf %s '${label}' >"$out/nixos-version"
    printf %s '${join " " kernelParams}' >"$out/kernel-params"
    for path in $extraDependencies; do echo "$path"; done >"$out/extra-dependencies"
    ${ofHardware (h: ''
      mv "$out/activate" "$out/activate-system"
      mv "$out/init" "$out/init-system"
      script ${h.activate} "$out/activate"
      script ${h.init} "$out/init"
      ln -s ${h.installBootLoader} "$out/install-boot-loader"
      ln -s ${h.bootLoader} "$out/boot-loader"
      ${if h.appendInitrdSecrets == null then "" else ''ln -s ${h.appendInitrdSecrets} "$out/append-initrd-secrets"''}
    '') ""}
    ${if bootLoaderFails then ''touch "$out/boot-loader-fails"'' else ""}
    sed -e "s|@out@|$out|g" >"$out/boot.json" <<'JSON'
    ${builtins.toJSON {
      "org.nixos.bootspec.v1" = {
        init = "@out@/init";
        kernel = "${linux}";
        initrd = "${initrd}";
        inherit kernelParams;
        label = "NixOS ${label}";
        system = platform;
        toplevel = "@out@";
      };
      "org.nixos.specialisation.v1" = { };
    }}
    JSON
  ''
