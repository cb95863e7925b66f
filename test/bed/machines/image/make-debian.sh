#!/bin/sh
# make-debian.sh TREE KERNEL FIRST-STAGE OUT: the disk of a Debian with sshd, sudo and no Nix, which starts from BIOS (GRUB) and from EFI (systemd-boot).
# No machine has to run for it: file systems are made from directories, and GRUB is put in its place as grub-install does.
set -eu
tree=$1 kernel=$2 first_stage=$3 out=$4
root=$tree/tmp/debian
rm -rf "$root"
mkdir -p "$root"
(cd "$tree" && tar --one-file-system --exclude=./tmp --exclude=./proc --exclude=./sys --exclude=./dev -cf - .) | tar -C "$root" -xpf -
(
  cd "$root"
  mkdir -p proc sys dev mnt etc/systemd/network
  mkdir -p tmp
  chmod 1777 tmp
  # Any Linux: no Nix, no kexec, nothing to partition with.
  rm -rf nix etc/nix usr/bin/nix* usr/lib/x86_64-linux-gnu/libnix* usr/lib/systemd/system/nix-* etc/tmpfiles.d/nix-daemon.conf usr/lib/tmpfiles.d/nix-daemon.conf \
    usr/sbin/kexec usr/sbin/sgdisk usr/sbin/gdisk usr/sbin/parted usr/sbin/mkfs.* usr/sbin/f2fs* usr/sbin/*btrfs* usr/bin/btrfs* usr/bin/xfs* usr/sbin/xfs* \
    usr/lib/grub usr/sbin/grub-* usr/bin/grub-* usr/bin/cpio usr/bin/busybox etc/systemd/system/sockets.target.wants/nix-daemon.socket
  rm -f etc/os-release
  cp usr/lib/os-release etc/os-release
  echo debian >etc/hostname
  printf '127.0.0.1 localhost\n127.0.1.1 debian\n' >etc/hosts
  printf 'LABEL=debian / ext4 rw 0 1\nLABEL=DEB_ESP /boot/efi vfat umask=0077 0 2\n' >etc/fstab
  : >etc/machine-id
  printf '[Match]\nName=en* eth*\n[Network]\nDHCP=ipv4\nIPv6AcceptRA=no\n' >etc/systemd/network/50-dhcp.network
  mkdir -p usr/lib/modules boot/efi
  cp -a "$kernel"/lib/modules/* usr/lib/modules/
  mkdir -p etc/systemd/system/multi-user.target.wants
  ln -sfn ../ssh.service etc/systemd/system/multi-user.target.wants/ssh.service
  ln -sfn /usr/lib/systemd/system/systemd-networkd.service etc/systemd/system/multi-user.target.wants/systemd-networkd.service
)
# ada becomes root without a password, bob with "bed".
# shellcheck disable=SC2016 # the inner shell's
chroot "$tree" sh -eu -c 'for user in ada bob; do
  chroot /tmp/debian useradd --create-home --shell /bin/bash $user
  echo "$user:bed" | chroot /tmp/debian chpasswd
done'
printf 'ada ALL=(ALL:ALL) NOPASSWD: ALL\nbob ALL=(ALL:ALL) ALL\n' >"$root/etc/sudoers.d/bed"
chmod 0440 "$root/etc/sudoers.d/bed"

options='init=/sbin/init console=ttyS0 panic=-1 net.ifnames=0 quiet'
printf 'filesystem / LABEL=debian ext4 rw\n' >"$root/tmp/first-stage.conf"
cp "$kernel/bzImage" "$root/boot/vmlinuz"
{
  cat "$first_stage"
  (cd "$root/tmp" && echo first-stage.conf | chroot "$tree" sh -c 'cd /tmp/debian/tmp && cpio -o -H newc --quiet -R 0:0' | gzip)
} >"$root/boot/initrd.img"
rm "$root/tmp/first-stage.conf"
mkdir -p "$root/boot/grub"
printf 'set timeout=0\nlinux /boot/vmlinuz %s\ninitrd /boot/initrd.img\nboot\n' "$options" >"$root/boot/grub/grub.cfg"

# 1 MiB for GRUB, 200 MiB for EFI, the rest for Debian.
mebibyte=1048576
disk=$tree/tmp/debian.raw
rm -f "$disk"
truncate -s 8G "$disk"
chroot "$tree" sgdisk -n1:1M:+1M -t1:EF02 -n2:2M:+200M -t2:EF00 -c2:esp -n3:202M:0 -t3:8300 -c3:debian /tmp/debian.raw >/dev/null

esp=$tree/tmp/debian.esp
rm -f "$esp"
truncate -s 200M "$esp"
mkdir -p "$tree/tmp/esp/EFI/BOOT" "$tree/tmp/esp/loader/entries" "$tree/tmp/esp/debian"
cp "$tree/usr/lib/systemd/boot/efi/systemd-bootx64.efi" "$tree/tmp/esp/EFI/BOOT/BOOTX64.EFI"
cp "$root/boot/vmlinuz" "$root/boot/initrd.img" "$tree/tmp/esp/debian/"
printf 'timeout 0\ndefault debian.conf\n' >"$tree/tmp/esp/loader/loader.conf"
printf 'title Debian\nlinux /debian/vmlinuz\ninitrd /debian/initrd.img\noptions %s\n' "$options" >"$tree/tmp/esp/loader/entries/debian.conf"
chroot "$tree" mkfs.vfat -F 32 -n DEB_ESP /tmp/debian.esp >/dev/null
chroot "$tree" sh -c 'cd /tmp/esp && mcopy -s -i /tmp/debian.esp EFI loader debian ::'
dd if="$esp" of="$disk" bs=1M seek=2 conv=notrunc,sparse status=none
rm -rf "$tree/tmp/esp" "$esp"

chroot "$tree" mke2fs -q -t ext4 -L debian -d /tmp/debian -E offset=$((202 * mebibyte)),lazy_itable_init=1 /tmp/debian.raw $(((8192 - 203) * 1024))k
rm -rf "$root"

# GRUB: core.img in the first partition; its first sector is told where the rest lies, and the boot sector where the first is.
chroot "$tree" grub-mkimage -O i386-pc -p '(hd0,gpt3)/boot/grub' -o /tmp/core.img biosdisk part_gpt ext2 normal linux configfile
little_endian() { # NUMBER BYTES
  number=$1
  for _ in $(seq "$2"); do
    # shellcheck disable=SC2059 # the byte is the format
    printf "\\$(printf %03o $((number & 255)))"
    number=$((number >> 8))
  done
}
first_sector=2048
little_endian $((first_sector + 1)) 8 | dd of="$tree/tmp/core.img" bs=1 seek=$((0x1f4)) conv=notrunc status=none
cp "$tree/usr/lib/grub/i386-pc/boot.img" "$tree/tmp/boot.img"
little_endian $first_sector 8 | dd of="$tree/tmp/boot.img" bs=1 seek=$((0x5c)) conv=notrunc status=none
dd if="$tree/tmp/boot.img" of="$disk" bs=440 count=1 conv=notrunc status=none
dd if="$tree/tmp/core.img" of="$disk" bs=512 seek=$first_sector conv=notrunc status=none
rm "$tree/tmp/boot.img" "$tree/tmp/core.img"
qemu-img convert -O qcow2 "$disk" "$out"
rm "$disk"
