#!/bin/sh
# nixos-install for a system that is in the store below --root already: first generation, then its boot loader.
set -eu
mount_point=/mnt system='' boot_loader=1
while [ $# -gt 0 ]; do
  case "$1" in
  --root)
    mount_point=$2
    shift
    ;;
  --system | --closure)
    system=$2
    shift
    ;;
  --no-bootloader) boot_loader='' ;;
  --no-root-passwd | --no-root-password | --no-channel-copy | --verbose | -v | --keep-going | --show-trace | -L | --print-build-logs) ;;
  --option) shift 2 ;;
  --cores | --max-jobs | --substituters) shift ;;
  *) echo "$0: unknown option '$1'" >&2 && exit 1 ;;
  esac
  shift
done
[ -n "$system" ] || { echo "$0: only --system is known here" >&2 && exit 1; }
[ -e "$mount_point" ] || { echo "mount point $mount_point doesn't exist" >&2 && exit 1; }
mkdir -p "$mount_point/nix/var/nix/profiles" "$mount_point/etc"
mkdir -p "$mount_point/tmp"
chmod 1777 "$mount_point/tmp"
touch "$mount_point/etc/NIXOS"
nix-env --store "$mount_point" -p "$mount_point/nix/var/nix/profiles/system" --set "$system"
ln -sfn /proc/mounts "$mount_point/etc/mtab"
if [ -n "$boot_loader" ]; then
  echo "installing the boot loader..."
  export mount_point
  NIXOS_INSTALL_BOOTLOADER=1 nixos-enter --root "$mount_point" -c '/run/current-system/bin/switch-to-configuration boot'
fi
echo "installation finished!"
