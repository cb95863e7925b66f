#!/bin/busybox sh
# shellcheck shell=dash disable=SC2317,SC1091 # functions are called by the configuration
# The initrd of a machine of the bed: opens, assembles and mounts what /first-stage.conf says, and goes on with init= of the kernel's command line.
# That file is shell that calls, in any order that suits mounting:
#   luks NAME DEVICE KEY-FILE OPTION…         a key file of "" or one that is not there asks at the console
#   filesystem MOUNT-POINT DEVICE TYPE OPTIONS
# It is run again and again until all is there, so that nesting of any depth comes up.
export PATH=/bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs -o mode=755 run /run
mkdir -p /run/lvm /run/cryptsetup /run/lock /run/mdadm
exec </dev/console >/dev/console 2>&1

say() { echo "first stage: $*"; }
init=/sbin/init
# shellcheck disable=SC2013 # words, not lines
for word in $(cat /proc/cmdline); do
  case "$word" in init=*) init=${word#init=} ;; esac
done

# The rest is loaded by the kernel when it is needed; btrfs and RAID 5 measure the processor first, which takes seconds here.
modprobe -a virtio_pci virtio_blk virtio_scsi sd_mod nvme dm-mod md-mod 2>/dev/null
! grep -q btrfs /first-stage.conf || modprobe btrfs
systemd-udevd --daemon --resolve-names=never
udevadm trigger --type=subsystems --action=add
udevadm trigger --type=devices --action=add
udevadm settle -t 10

device_of() {
  case "$1" in
  LABEL=* | UUID=* | PARTLABEL=* | PARTUUID=*) blkid -l -o device -t "$1" ;;
  /dev/*) [ ! -e "$1" ] || echo "$1" ;;
  *) echo "$1" ;;
  esac
}

# The first run of the configuration opens, this round or a later one; `missing` says what still has to come.
luks() {
  luks_name=$1 luks_device=$(device_of "$2") luks_key=$3
  shift 3
  [ ! -e "/dev/mapper/$luks_name" ] || return 0
  if [ -z "$luks_device" ]; then
    missing="$missing $luks_name"
  elif [ -n "$luks_key" ] && [ -e "$luks_key" ]; then
    say "opening $luks_name with its key file"
    cryptsetup open "$@" --key-file "$luks_key" "$luks_device" "$luks_name"
  else
    echo "Passphrase for $luks_device ($luks_name):"
    cryptsetup open "$@" "$luks_device" "$luks_name" || :
  fi
  udevadm settle -t 5
  [ -e "/dev/mapper/$luks_name" ] || missing="$missing $luks_name"
}

# shellcheck disable=SC2329 # called by the configuration
filesystem() {
  if [ "$step" = look ]; then
    case ",$4," in *,bind,* | *,rbind,*) return 0 ;; esac
    [ -n "$(device_of "$2")" ] || missing="$missing $2"
    return 0
  fi
  source=$(device_of "$2")
  case ",$4," in *,bind,* | *,rbind,*) source=/mnt-root$2 && mkdir -p "$source" ;; esac
  mkdir -p "/mnt-root$1"
  if [ "$3" = ext4 ]; then fsck.ext4 -p "$source" || :; fi
  say "mounting $source on $1"
  mount -t "$3" -o "$4" "$source" "/mnt-root$1" || failed="$failed $1"
}

step=look
round=0
while :; do
  missing=
  # An array that lacks a member is started without it, but only when nobody came in five seconds.
  if [ "$round" -lt 20 ]; then mdadm -q --assemble --scan --no-degraded; else mdadm -q --assemble --scan --run; fi >/dev/null 2>&1
  lvm vgchange -qq -ay --sysinit >/dev/null 2>&1
  lvm vgscan --mknodes -qq >/dev/null 2>&1
  btrfs device scan >/dev/null 2>&1
  udevadm settle -t 5
  . /first-stage.conf
  [ -n "$missing" ] || break
  round=$((round + 1))
  if [ "$round" -gt 120 ]; then
    say "these did not appear:$missing"
    exec sh
  fi
  sleep 0.25
done
step=mount
luks() { :; }
for attempt in 1 2 3 4 5; do
  failed=
  . /first-stage.conf
  [ -n "$failed" ] || break
  say "attempt $attempt: could not mount$failed"
  umount -a -r 2>/dev/null
  umount -R /mnt-root 2>/dev/null
  sleep 1
done
[ -z "$failed" ] || exec sh

say "going on with $init"
udevadm settle -t 5
udevadm control --exit
for directory in dev proc sys run; do
  mkdir -p "/mnt-root/$directory"
  mount --move "/$directory" "/mnt-root/$directory"
done
exec switch_root /mnt-root "$init"
