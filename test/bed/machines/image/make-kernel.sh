#!/bin/sh
# make-kernel.sh TREE PACKAGE OUT: the kernel of all images with those of its modules that machines of the bed can use. OUT/release says which it is.
# PACKAGE is the unpacked linux-image. Debian 12's, because 6.12 is not reliable under emulation by QEMU 7.
set -eu
tree=$1 package=$2 out=$3
release=$(basename "$package"/lib/modules/*)
from=$package/lib/modules/$release
to=$out/lib/modules/$release
mkdir -p "$to"
cp "$package"/boot/vmlinuz-* "$out/bzImage"
echo "$release" >"$out/release"
cp "$from"/modules.order "$from"/modules.builtin "$from"/modules.builtin.modinfo "$to/"
(
  cd "$from"
  for directory in arch/x86/crypto crypto lib drivers/md drivers/virtio drivers/nvme/host drivers/char/hw_random drivers/dax drivers/firmware \
    drivers/net/bonding drivers/net/dummy.ko drivers/net/virtio_net.ko drivers/net/net_failover.ko drivers/block/virtio_blk.ko drivers/block/loop.ko \
    drivers/scsi/scsi_mod.ko drivers/scsi/scsi_common.ko drivers/scsi/sd_mod.ko drivers/scsi/virtio_scsi.ko drivers/block/zram drivers/cdrom \
    fs/autofs fs/btrfs fs/configfs fs/efivarfs fs/exfat fs/ext4 fs/f2fs fs/fat fs/fuse fs/jbd2 fs/mbcache.ko fs/nls fs/overlayfs fs/squashfs fs/xfs fs/isofs \
    block net/802 net/8021q net/bridge net/core net/ipv6 net/llc net/packet net/unix; do
    if [ -d "kernel/$directory" ]; then find "kernel/$directory" -name '*.ko'; elif [ -e "kernel/$directory" ]; then echo "kernel/$directory"; fi
  done
) | grep -v -e /nfit -e speakup | (cd "$from" && xargs cp --parents -t "$to")
chroot "$tree" rm -rf /tmp/kernel
cp -a "$out" "$tree/tmp/kernel"
chroot "$tree" depmod -b /tmp/kernel "$release" 2>/dev/null
cp "$tree/tmp/kernel/lib/modules/$release"/modules.* "$to/"
rm -rf "$tree/tmp/kernel"
