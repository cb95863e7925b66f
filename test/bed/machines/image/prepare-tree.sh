#!/bin/sh
# prepare-tree.sh DIRECTORY: leaves of the Debian that all images are made of what machines need. Called at the end of its making.
set -eu
cd "$1"
lib=usr/lib/x86_64-linux-gnu

# Nix reads archives with a library that reads XML with one that knows every alphabet: 36 MB that nobody asks for here.
patchelf --remove-needed "$(basename $lib/libicuuc.so.*[0-9].1 .1)" "$(readlink -f $lib/libxml2.so.2)"
rm -rf $lib/libicu* $lib/perl $lib/perl5 $lib/libapt* $lib/libpython* usr/lib/python3* usr/bin/python3* usr/lib/git-core usr/bin/git* usr/bin/scalar \
  usr/bin/apt* usr/lib/apt usr/bin/dpkg* usr/sbin/dpkg* usr/lib/dpkg var/lib/apt var/lib/dpkg/info usr/bin/perl5* usr/lib/xen-* usr/lib/udev/hwdb.d \
  usr/lib/udev/hwdb.bin usr/share/mime usr/share/perl usr/share/perl5 usr/share/python3 usr/share/i18n usr/share/zoneinfo usr/share/common-licenses usr/share/lintian \
  usr/share/bash-completion usr/share/fish usr/share/vim usr/lib/valgrind usr/share/bug usr/share/keyrings usr/share/terminfo usr/lib/grub/*/*.module \
  usr/lib/grub/*/*.image usr/bin/grub-mkrescue usr/bin/grub-fstest usr/bin/bash-static usr/lib/kernel
# mtools names files in the code page of DOS.
find $lib/gconv -type f ! -name IBM850.so ! -name 'gconv-modules*' -delete
rm -rf var/cache/* var/log/* etc/ssh/ssh_host_* etc/cron.* etc/init.d etc/rc?.d

# All is up to date at the first boot: no linker's cache, no catalog of messages to be made. Later than any file here.
touch -d '2040-01-01 UTC' etc/.updated var/.updated

# Nothing of theirs runs by itself on any of the machines.
for unit in blk-availability.service e2scrub_reap.service fstrim.timer grub-common.service kexec-load.service kexec.service \
  lvm2-lvmpolld.socket lvm2-monitor.service mdadm-shutdown.service mdcheck_continue.timer mdcheck_start.timer mdmonitor-oneshot.timer mdmonitor.service \
  systemd-networkd-wait-online.service systemd-random-seed.service systemd-tpm2-setup-early.service systemd-tpm2-setup.service \
  systemd-pcrmachine.service systemd-bootctl.socket systemd-hwdb-update.service xfs_scrub_all.timer; do
  ln -sfn /dev/null "etc/systemd/system/$unit"
done
# The bed's containers have neither; machines do.
for unit in systemd-udevd.service systemd-udev-trigger.service systemd-modules-load.service systemd-remount-fs.service; do
  rm -f "etc/systemd/system/$unit"
done

# sshd as every image starts it; Debian's own unit asks twice whether its configuration is right, which takes a second here.
rm -f etc/systemd/system/ssh.service etc/systemd/system/ssh.socket
cat >etc/systemd/system/ssh.service <<'X'
[Unit]
Description=OpenBSD Secure Shell server
After=network.target host-key.service
ConditionPathExists=/etc/ssh/ssh_host_ed25519_key
[Service]
Type=notify
ExecStart=/usr/sbin/sshd -D
ExecReload=/bin/kill -HUP $MAINPID
KillMode=process
Restart=on-failure
RuntimeDirectory=sshd
RuntimeDirectoryMode=0755
[Install]
WantedBy=multi-user.target
X

# A root shell on the second serial line, for whoever stands beside the machine.
cat >etc/systemd/system/bed-console.service <<'X'
[Unit]
Description=Shell on the second serial line
DefaultDependencies=no
[Service]
ExecStart=/bin/sh -c 'stty raw -echo </dev/ttyS1; exec /bin/sh </dev/ttyS1 >/dev/ttyS1 2>&1'
Restart=always
RestartSec=1
X
mkdir -p etc/systemd/system/sysinit.target.wants
ln -sfn ../bed-console.service etc/systemd/system/sysinit.target.wants/bed-console.service
