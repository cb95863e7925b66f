#!/bin/sh
# prepare-root-file-system.sh DIRECTORY: turns a fresh Debian into what all hosts of the bed share. Called at the end of its making.
set -eu
root=$1
here=$(dirname "$0")

# Every host has its own identity.
: >"$root/etc/machine-id"
rm -f "$root"/var/lib/dbus/machine-id "$root"/etc/ssh/ssh_host_* "$root/etc/hostname" "$root/etc/resolv.conf"
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/var/log/*
mkdir -p "$root/var/cache/apt/archives/partial" "$root/var/lib/apt/lists/partial" "$root/boot" "$root/nix"

# A host on which no system was installed yet boots this Debian: the same units masked, sshd for the bed's key alone.
sed -n 's/^  "\(.*\)"$/\1/p' "$here/system/masked.nix" | while IFS= read -r unit; do
  case "$unit" in ssh.*) continue ;; esac
  ln -sfn /dev/null "$root/etc/systemd/system/$unit"
done
ln -sfn /usr/lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"
cat >"$root/etc/ssh/sshd_config.d/bed.conf" <<'X'
PermitRootLogin prohibit-password
PasswordAuthentication no
AuthorizedKeysFile %h/.ssh/authorized_keys /etc/ssh/bed_keys
UseDNS no
X

# The journal stays in memory and small.
mkdir -p "$root/etc/systemd/journald.conf.d"
printf '[Journal]\nStorage=volatile\nRuntimeMaxUse=16M\n' >"$root/etc/systemd/journald.conf.d/bed.conf"

# As on NixOS: no PATH but the one of /etc/environment, no secrets of Debian's locale set-up, and everyone may talk to the nix daemon.
: >"$root/etc/default/locale"
sed 's|^d  *\(/nix/var/nix/daemon-socket\).*|d \1 0755 root root|' "$root/usr/lib/tmpfiles.d/nix-daemon.conf" >"$root/etc/tmpfiles.d/nix-daemon.conf"
printf 'experimental-features = nix-command flakes\nsandbox = false\nsubstituters =\nrequire-sigs = true\n' >"$root/etc/nix/nix.conf"
