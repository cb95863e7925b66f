#!/bin/sh
# make-installer.sh TREE KERNEL OUT: the installer as one compressed archive, which is both its initrd and its root: what nixos-images' kexec image is to NixOS.
set -eu
tree=$1 kernel=$2 out=$3
here=$(cd "$(dirname "$0")" && pwd)
root=$tree/tmp/installer
rm -rf "$root"
mkdir -p "$root"
(cd "$tree" && tar --one-file-system --exclude=./tmp --exclude=./proc --exclude=./sys --exclude=./dev -cf - .) | tar -C "$root" -xpf -
cd "$root"
mkdir -p proc sys dev mnt nix/store nix/var/nix etc/systemd/network tmp
chmod 1777 tmp
rm -rf boot/*
mkdir -p usr/lib/modules
cp -a "$kernel"/lib/modules/* usr/lib/modules/

install -m 0755 "$here/installer/init.sh" init
for program in nixos-install nixos-enter nixos-generate-config; do
  install -m 0755 "$here/installer/$program.sh" "usr/bin/$program"
done

rm -f etc/os-release
cat >etc/os-release <<'X'
NAME=NixOS
ID=nixos
VERSION="25.05 (test bed)"
VERSION_ID="25.05"
PRETTY_NAME="NixOS installer (test bed)"
VARIANT="Installer"
VARIANT_ID=installer
X
echo nixos-installer >etc/hostname
: >etc/fstab
: >etc/machine-id
printf 'experimental-features = nix-command flakes\nsandbox = false\nsubstituters =\nbuild-users-group =\nfsync-metadata = false\n' >etc/nix/nix.conf
# Whoever logs in early is not told off.
ln -s /dev/null etc/tmpfiles.d/systemd-nologin.conf
printf '[Match]\nName=en* eth*\n[Network]\nDHCP=ipv4\nIPv6AcceptRA=no\n' >etc/systemd/network/99-dhcp.network

units=etc/systemd/system
mkdir -p $units/multi-user.target.wants
# Root alone uses Nix here, without its daemon.
for unit in nix-daemon.service nix-daemon.socket getty.target systemd-user-sessions.service systemd-logind.service systemd-update-utmp.service \
  systemd-update-utmp-runlevel.service systemd-journal-flush.service systemd-sysctl.service systemd-networkd-persistent-storage.service; do
  ln -sfn /dev/null "$units/$unit"
done
cat >$units/host-key.service <<'X'
[Unit]
Description=A host key, when none came along
ConditionPathExists=!/etc/ssh/ssh_host_ed25519_key
Before=ssh.service
[Service]
Type=oneshot
ExecStart=/usr/bin/ssh-keygen -q -t ed25519 -N "" -C installer -f /etc/ssh/ssh_host_ed25519_key
X
ln -sfn ../host-key.service $units/multi-user.target.wants/host-key.service
ln -sfn ../ssh.service $units/multi-user.target.wants/ssh.service
ln -sfn /usr/lib/systemd/system/systemd-networkd.service $units/multi-user.target.wants/systemd-networkd.service

(cd "$root" && find . -print0 | chroot "$tree" sh -c 'cd /tmp/installer && cpio -0 -o -H newc --quiet -R 0:0') | zstd -q -3 -T0 >"$out"
# What somebody appends begins where the kernel looks for it.
size=$(stat -c %s "$out")
truncate -s "$(((size + 511) / 512 * 512))" "$out"
rm -rf "$root"
