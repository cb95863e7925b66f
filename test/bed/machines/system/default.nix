# What a system of ../../system/system.nix needs to boot on a real machine: kernel, initrd, boot loader, and all programs in its closure. They come
# from the images that the set-up of the bed made, which the controller sees below /nix/machines.
{
  # Functions of ../../system/derivations.nix.
  derive,
  file,
  lines,
  join,
  hostName,
  # The settings: see ../../nixpkgs/nixos/machine.nix, which makes them of a configuration.
  settings,
}:
let
  # As imagesRecipe of ../machine-images.ts reckons.
  inherit (builtins) attrNames concatLists concatStringsSep hashString match readDir readFile substring;
  below =
    directory:
    let
      entries = readDir directory;
    in
    concatLists (
      map (
        name:
        if entries.${name} == "directory" then
          below (directory + "/${name}")
        else if match ".*\\.(sh|txt)" name != null then
          [ (directory + "/${name}") ]
        else
          [ ]
      ) (attrNames entries)
    );
  recipeFiles = [
    ../../root-file-system.ts
    ../../prepare-root-file-system.sh
    ../../system/masked.nix
  ]
  ++ below ../image;
  recipe = substring 0 12 (hashString "sha256" (concatStringsSep "" (map readFile recipeFiles)));
  images = "/nix/machines/${recipe}";

  check = ''[ -d ${images} ] || { echo "the images of machines are not there: npx node test/bed/machines/machines.ts setup" >&2; exit 1; }'';
  copy =
    name: from:
    derive name { } ''
      ${check}
      cp -a ${images}/${from} "$out"
    '';
  # Debian chooses between programs by links in /etc, which is not in the store: awk, which.
  userland = derive "debian-userland" { } ''
    ${check}
    cp -a ${images}/userland/usr "$out"
    find "$out" -type l -lname '/etc/alternatives/*' | while IFS= read -r link; do
      chosen=${images}/tree$(readlink "$link")
      if [ -L "$chosen" ]; then ln -sfn "$(readlink "$chosen")" "$link"; else rm "$link"; fi
    done
  '';
  etcBase = copy "debian-etc" "userland/etc";
  busybox = copy "busybox-static" "userland/busybox";
  kernel = copy "linux" "kernel";

  quote = text: "'${builtins.replaceStrings [ "'" ] [ "'\\''" ] (toString text)}'";
  words = list: join " " (map quote list);
  call = function: arguments: words ([ function ] ++ arguments);

  firstStage = file "first-stage.conf" (
    lines (
      map (
        device:
        call "luks" (
          [
            device.name
            device.device
            (if device.keyFile == null then "" else device.keyFile)
          ]
          ++ device.options
        )
      ) settings.luks
      ++ map (
        fs:
        call "filesystem" [
          fs.mountPoint
          fs.device
          fs.fsType
          (join "," fs.options)
        ]
      ) settings.bootFileSystems
      ++ [ "" ]
    )
  );
  initrd = derive "initrd" { } ''
    cp ${firstStage} first-stage.conf
    cp ${images}/first-stage.cpio.zst "$out"
    chmod u+w "$out"
    echo first-stage.conf | /usr/bin/busybox cpio -o -H newc 2>/dev/null | gzip -n >>"$out"
  '';

  secretsScript = lines (
    map (name: ''
      mkdir -p "$work/$(dirname ${quote name})"
      cp ${quote settings.secrets.${name}} "$work/"${quote name}
    '') (attrNames settings.secrets)
  );

  replace =
    interpreter: script:
    derive (baseNameOf script) { } ''
      sed -e '1s|^#!/bin/sh|#!${interpreter}|; s|@busybox@|${busybox}|g; s|@userland@|${userland}|g; s|@etcBase@|${etcBase}|g' ${script} >"$out"
      chmod 0555 "$out"
    '';
in
{
  inherit kernel initrd;
  activate = replace "${busybox}/bin/sh" ./activate.sh;
  init = replace "${busybox}/bin/sh" ./init.sh;
  installBootLoader = replace "/bin/sh" ./install-boot-loader.sh;
  # Shell variables of install-boot-loader.sh.
  bootLoader = file "boot-loader" ''
    kind=${quote settings.bootLoader.kind}
    esp=${quote settings.bootLoader.efiSysMountPoint}
    touch_variables=${if settings.bootLoader.canTouchEfiVariables then "1" else ""}
    removable=${if settings.bootLoader.efiInstallAsRemovable then "1" else ""}
    grub_efi=${if settings.bootLoader.grubEfi then "1" else ""}
    timeout=${toString settings.bootLoader.timeout}
    devices=${quote (join " " settings.bootLoader.devices)}
  '';
  appendInitrdSecrets =
    if settings.secrets == { } then
      null
    else
      file "append-initrd-secrets" ''
        #!/bin/sh
        # append-initrd-secrets INITRD: as NixOS's.
        set -eu
        umask 077
        work=$(mktemp -d /run/initrd-secrets.XXXXXX)
        trap 'rm -rf "$work"' EXIT
        ${secretsScript}
        (cd "$work" && find . | /usr/bin/busybox cpio -o -H newc 2>/dev/null | gzip) >>"$1"
      '';
  kernelParams = [
    "console=ttyS0"
    "net.ifnames=0"
    "panic=-1"
    "loglevel=4"
  ]
  ++ settings.kernelParams;
  etc = {
    inherit (settings) fstab;
    hosts = "127.0.0.1 localhost\n::1 localhost\n127.0.0.2 ${hostName}\n";
    "systemd/network/50-dhcp.network" = "[Match]\nName=en* eth*\n[Network]\nDHCP=ipv4\nIPv6AcceptRA=no\n";
    "mdadm/mdadm.conf" = "HOMEHOST <ignore>\n${settings.mdadmConf}";
  };
  units = import ./units.nix { inherit (settings) dhcp; };
  tools = {
    bin = [ "bootctl" "btrfs" "efibootmgr" "grub-editenv" "udevadm" ];
    sbin = [
      "cryptsetup" "dmsetup" "grub-reboot" "lvm" "lvs" "mdadm" "mkfs.btrfs" "mkfs.ext4" "mkfs.vfat" "mkfs.xfs" "parted" "pvs" "reboot" "sfdisk" "sgdisk"
      "swapon" "vgs"
    ];
  };
}
