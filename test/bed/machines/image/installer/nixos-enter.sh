#!/bin/sh
# nixos-enter as far as installing needs it: a command inside of the system below --root, activated before.
set -eu
mount_point=/mnt command='' silent=''
while [ $# -gt 0 ]; do
  case "$1" in
  --root)
    mount_point=$2
    shift
    ;;
  -c | --command)
    command=$2
    shift
    ;;
  --silent) silent=1 ;;
  --system) shift ;;
  --) shift && break ;;
  *) echo "$0: unknown option '$1'" >&2 && exit 1 ;;
  esac
  shift
done
[ -e "$mount_point/etc/NIXOS" ] || { echo "$0: '$mount_point' is not a NixOS installation" >&2 && exit 126; }
if [ -z "${ENTERED-}" ]; then
  export ENTERED=1
  exec unshare --fork --mount --uts -- "$0" --root "$mount_point" ${silent:+--silent} --command "${command:-exec bash}"
fi
unset ENTERED TMPDIR
mount --make-rprivate /
mkdir -p "$mount_point/dev" "$mount_point/sys" "$mount_point/proc" "$mount_point/run"
for directory in dev sys proc; do mount --rbind "/$directory" "$mount_point/$directory"; done
mount -t tmpfs -o mode=755 run "$mount_point/run"
# lvm and grub ask udev.
mkdir -p "$mount_point/run/udev"
[ ! -d /run/udev ] || mount --rbind /run/udev "$mount_point/run/udev"
system=/nix/var/nix/profiles/system
chroot "$mount_point" "$system/activate" >&2 || echo "$0: the activation script failed" >&2
exec chroot "$mount_point" "$system/sw/bin/bash" -c "$command"
