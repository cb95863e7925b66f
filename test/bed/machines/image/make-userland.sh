#!/bin/sh
# make-userland.sh TREE KERNEL OUT: what the installed system is built of, as plain directories: OUT/usr (all of its programs, one store path),
# OUT/etc (what Debian's programs want to find there), OUT/busybox (static: it runs before there is a /usr).
set -eu
tree=$1 kernel=$2 out=$3
mkdir -p "$out/busybox/bin"
cp -a "$tree/usr" "$out/usr"
(
  cd "$out/usr"
  rm -rf games include src local share/grub share/debconf lib/mime lib/terminfo lib/initramfs-tools share/initramfs-tools lib/init lib/runit-helper \
    share/doc share/gcc share/gdb share/pam-configs share/sensible-utils share/base-passwd share/base-files share/menu share/applications share/pixmaps
  # The kernel's modules are a path of their own.
  rm -rf lib/modules
  ln -s /run/booted-system/kernel-modules/lib/modules lib/modules
  # A store path has none; sudo gets it back at activation.
  find . -type f \( -perm -4000 -o -perm -2000 \) -exec chmod ug-s {} +
)
cp "$tree/usr/bin/busybox" "$out/busybox/bin/busybox"
for name in $("$tree/usr/bin/busybox" --list); do
  [ "$name" = busybox ] || ln -s busybox "$out/busybox/bin/$name"
done
cp -a "$tree/etc" "$out/etc"
(
  cd "$out/etc"
  rm -rf systemd/system apt dpkg os-release fstab hostname hosts machine-id resolv.conf ssh/sshd_config ssh/sshd_config.d nix sudoers doas.conf mtab mdadm/mdadm.conf \
    alternatives cron.d init.d
  chmod -R u+rw,go+r .
)
cp "$kernel/release" "$out/release"
