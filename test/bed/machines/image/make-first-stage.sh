#!/bin/sh
# make-first-stage.sh TREE KERNEL OUT: the initrd of the installed system and of the Debian, as a compressed archive without /first-stage.conf.
set -eu
tree=$1 kernel=$2 out=$3
here=$(cd "$(dirname "$0")" && pwd)
release=$(cat "$kernel/release")
stage=$tree/tmp/first-stage
rm -rf "$stage"
mkdir -p "$stage/bin" "$stage/dev" "$stage/proc" "$stage/sys" "$stage/run" "$stage/tmp" "$stage/mnt-root" "$stage/etc/lvm" "$stage/usr/lib/udev/rules.d"
ln -s usr/lib "$stage/lib"
ln -s usr/lib64 "$stage/lib64"
ln -s bin "$stage/sbin"
ln -s ../bin "$stage/usr/bin"
ln -s ../bin "$stage/usr/sbin"

programs="/usr/bin/busybox /usr/bin/kmod /usr/bin/udevadm /usr/sbin/dmsetup /usr/sbin/lvm /usr/sbin/mdadm /usr/sbin/cryptsetup /usr/bin/btrfs
  /usr/sbin/blkid /usr/bin/mount /usr/sbin/thin_check /usr/sbin/cache_check /usr/sbin/fsck.ext4 /usr/sbin/swapon"
for program in $programs; do
  cp -L "$tree$program" "$stage/bin/${program##*/}"
  chroot "$tree" ldd "$program" 2>/dev/null | sed -n 's/.*=> \(\/[^ ]*\).*/\1/p; s/^\t\(\/[^ ]*ld-linux[^ ]*\).*/\1/p'
done | sort -u >"$stage/tmp/libraries"
# Loaded at run time, by threads that end.
echo /usr/lib/x86_64-linux-gnu/libgcc_s.so.1 >>"$stage/tmp/libraries"
while IFS= read -r library; do
  case "$library" in /lib*) library=/usr$library ;; esac
  mkdir -p "$stage$(dirname "$library")"
  cp -L "$tree$library" "$stage$library"
done <"$stage/tmp/libraries"
rm "$stage/tmp/libraries"
for name in $("$tree/usr/bin/busybox" --list); do
  [ -e "$stage/bin/$name" ] || ln -s busybox "$stage/bin/$name"
done
for name in modprobe insmod lsmod rmmod depmod modinfo; do ln -sf kmod "$stage/bin/$name"; done
ln -s udevadm "$stage/bin/systemd-udevd"
for rule in 01-md-raid-creating 50-udev-default 55-dm 56-lvm 60-block 60-persistent-storage 60-persistent-storage-dm 63-md-raid-arrays 64-btrfs 64-btrfs-dm \
  80-drivers 95-dm-notify 99-systemd; do
  [ ! -e "$tree/usr/lib/udev/rules.d/$rule.rules" ] || cp "$tree/usr/lib/udev/rules.d/$rule.rules" "$stage/usr/lib/udev/rules.d/"
done
printf 'root:x:0:0::/:/bin/sh\n' >"$stage/etc/passwd"
cp "$tree/etc/group" "$stage/etc/group"
printf 'HOMEHOST <ignore>\nAUTO +all\n' >"$stage/etc/mdadm.conf"
printf 'global { thin_check_executable = "" }\n' >"$stage/etc/lvm/lvm.conf"

modules="virtio_pci virtio_blk virtio_scsi sd_mod nvme ext4 vfat nls_cp437 nls_ascii nls_iso8859-1 btrfs xfs f2fs overlay efivarfs dm-mod dm-crypt dm-snapshot
  dm-mirror dm-thin-pool dm-raid raid0 raid1 raid10 raid456 ecb cbc xts essiv aesni_intel sha256_ssse3 sha512_ssse3 algif_skcipher algif_hash crc32c_generic crc32_generic"
rm -rf "$tree/tmp/kernel"
cp -a "$kernel" "$tree/tmp/kernel"
# shellcheck disable=SC2016 # the inner shell's
for module in $modules; do
  chroot "$tree" modprobe -d /tmp/kernel -S "$release" --show-depends "$module" 2>/dev/null | sed -n 's/^insmod \([^ ]*\).*/\1/p'
done | sort -u | sed "s,^/tmp/kernel/,," | (cd "$kernel" && xargs -n 1 sh -c 'mkdir -p "$0/usr/$(dirname "$1")" && cp "$1" "$0/usr/$1"' "$(realpath "$stage")")
cp "$kernel/lib/modules/$release"/modules.order "$kernel/lib/modules/$release"/modules.builtin* "$stage/usr/lib/modules/$release/"
chroot "$tree" depmod -b /tmp/first-stage "$release" 2>/dev/null
rm -rf "$tree/tmp/kernel"

install -m 0755 "$here/first-stage.sh" "$stage/init"
(cd "$stage" && find . | sort | chroot "$tree" sh -c 'cd /tmp/first-stage && cpio -o -H newc --quiet -R 0:0') | zstd -q -6 -T0 >"$out"
rm -rf "$stage"
