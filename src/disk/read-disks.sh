# Says which block devices a Linux has and what lies on them. It reads and changes nothing. Run by `sh`, as root where that can be had.
#
# Read by disk/read-disks.ts: lines `key=value` between `begin=disks` and `end=disks`. A line `device=NAME` begins a
# device (its name in /sys/class/block); the lines after it are about it, up to the next. Values hold no newline: what
# lies on a disk was written by others, and is escaped by blkid and udev as \xNN, mount points by the kernel as \NNN.
#
# Structure, sizes and names of hardware come from /sys alone, so that a Debian and an installer say the same of the same
# disk. What lies on it comes from blkid's probe, else from what udev remembers. Busybox alone is enough to get on.
# What can be put before it: $disks_prefix, before /sys, /proc and /run; empty but in tests.
# shellcheck shell=sh disable=SC2154

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin:/run/current-system/sw/bin
LC_ALL=C
export PATH LC_ALL

disks_say() {
  printf '%s=%s\n' "$1" "$2"
}

# The first line of a file, without spaces around it, in $line; false where there is none.
disks_line() {
  line=
  [ -r "$1" ] || return 1
  { read -r line <"$1"; } 2>/dev/null
  [ -n "$line" ]
}

# disks_say_file KEY FILE
disks_say_file() {
  if disks_line "$2"; then
    disks_say "$1" "$line"
  fi
}

# What the disk itself says it is called, for `disks_hardware DIRECTORY`.
disks_hardware() {
  disks_say_file model "$1/device/model" || :
  disks_say_file vendor "$1/device/vendor" || :
  if disks_line "$1/serial" || disks_line "$1/device/serial"; then # virtio; NVMe and MMC
    disks_say serial "$line"
  elif [ -r "$1/device/vpd_pg80" ]; then # SCSI and SATA: four bytes of header before it
    disks_say serial "$(tail -c +5 "$1/device/vpd_pg80" 2>/dev/null | tr -cd '[:print:]')"
  fi
  if disks_line "$1/wwid" || disks_line "$1/device/wwid"; then # NVMe; SCSI
    disks_say wwid "$line"
  fi
  # Where a link ends, without a program: cd is the shell's own.
  if cd -P "$1/device" 2>/dev/null; then
    disks_say hardware "$PWD"
    cd /
  fi
}

# What udev remembers of it: other names, hardware, and what a probe by root once found.
disks_remembered() {
  [ -r "$disks_prefix/run/udev/data/b$1" ] || return 0
  while read -r entry; do
    case $entry in
      S:*) disks_say link "/dev/${entry#S:}" ;;
      E:ID_FS_* | E:ID_PART_* | E:ID_SERIAL* | E:ID_SCSI_SERIAL=* | E:ID_WWN* | E:ID_BUS=* | E:ID_MODEL=*)
        disks_say udev "${entry#E:}"
        ;;
    esac
  done <"$disks_prefix/run/udev/data/b$1"
}

# disks_probe FILE: what its first and last bytes say it is. blkid ends with 2 where there is nothing known, with 8 where
# there is more than one thing.
disks_probe() {
  found=
  [ "$disks_root" = yes ] && [ -b "$1" ] || return 0
  if [ "$disks_blkid" = busybox ]; then
    disks_say busybox "$(blkid "$1" 2>/dev/null)"
    return
  fi
  found=$(blkid -p -o udev "$1" 2>/dev/null)
  disks_say probed $?
  # Each line a word, whatever is in it.
  set -f
  IFS=$disks_newline
  for entry in $found; do
    disks_say blkid "$entry"
  done
  unset IFS
  set +f
}

# The head of a GUID partition table in hex: which sectors partitions may use.
disks_gpt_head() {
  case $found in
    *ID_PART_TABLE_TYPE=gpt*) ;;
    *) return ;;
  esac
  head=$(dd if="$1" bs="$2" skip=1 count=1 2>/dev/null | od -A n -v -t x1 -N 72 | tr -d ' \n')
  case $head in
    4546492050415254*) disks_say gpt "$head" ;;
  esac
}

# disks_device NAME DISK: one entry of /sys/class/block; DISK is "" where it is no partition.
disks_device() {
  directory=$disks_prefix/sys/class/block/$1
  size=0
  disks_line "$directory/size" && size=$line
  # Drives without a medium, loops without a file, and the second ways to an NVMe disk are no disks.
  [ "$size" != 0 ] || return 0
  if disks_line "$directory/hidden" && [ "$line" = 1 ]; then
    return
  fi
  file=/dev/$1
  case $1 in
    *!*) file=/dev/$(printf '%s' "$1" | tr '!' '/') ;;
  esac
  disks_line "$directory/dev"
  numbers=$line
  disks_say device "$1"
  disks_say path "$file"
  disks_say numbers "$numbers"
  disks_say sectors "$size"
  disks_say_file read_only "$directory/ro"
  disks_say_file removable "$directory/removable"
  sector=512
  if disks_line "$directory/partition"; then
    disks_say partition "$line"
    disks_say_file start "$directory/start"
    disks_say whole "$2"
    disks_line "$disks_prefix/sys/class/block/$2/queue/logical_block_size" && sector=$line
  else
    disks_line "$directory/queue/logical_block_size" && sector=$line
    disks_hardware "$directory"
  fi
  disks_say sector "$sector"
  disks_say_file mapper_name "$directory/dm/name"
  disks_say_file mapper_uuid "$directory/dm/uuid"
  disks_say_file raid_level "$directory/md/level"
  disks_say_file backing "$directory/loop/backing_file"
  for slave in "$directory"/slaves/*; do
    [ -e "$slave" ] && disks_say on "${slave##*/}"
  done
  disks_remembered "$numbers"
  disks_probe "$file"
  [ -n "$2" ] || disks_gpt_head "$file" "$sector"
}

# Bytes in use. Asked of devices that are mounted alone: df of another answers for the directory that its node lies in.
disks_used() {
  seen=
  while read -r entry; do
    source=${entry##* - }
    source=${source#* }
    source=${source%% *}
    case $source in
      /dev/*) ;;
      *) continue ;;
    esac
    case $seen in
      *" $source "*) continue ;;
    esac
    seen="$seen $source "
    df -P -k "$source" 2>/dev/null | {
      read -r _
      read -r _ _ used _ && disks_say used "$used $source"
    }
  done <"$disks_prefix/proc/self/mountinfo"
}

# Where udev does not run: the names that there are as links. mdev makes some.
disks_links() {
  [ ! -d "$disks_prefix/run/udev/data" ] || return 0
  for link in /dev/disk/*/* /dev/mapper/* /dev/md/*; do
    [ -L "$link" ] && disks_say named "$(readlink -f "$link") $link"
  done
}

# All volume groups, by LVM itself: only it knows what a volume group is made of. With --devicesfile '' also the disks
# that this system has not been told to use; older versions do not know the option.
disks_lvm() {
  command -v pvs >/dev/null 2>&1 || return 0
  for report in \
    'pvs pv_name,vg_name,vg_uuid,vg_size,vg_free' \
    'lvs vg_uuid,lv_name,lv_size'; do
    set -- --readonly --noheadings --units b --nosuffix --separator '|' -o "${report#* }"
    { "${report%% *}" --devicesfile '' "$@" 2>/dev/null || "${report%% *}" "$@" 2>/dev/null; } </dev/null |
      while read -r entry; do
        disks_say "${report%% *}" "$entry"
      done
  done
}

disks_zfs() {
  [ -e /dev/zfs ] && command -v zpool >/dev/null 2>&1 || return 0
  zpool list -H -p -o name,guid,size,free 2>/dev/null </dev/null | while read -r entry; do
    disks_say zpool "$entry"
  done
  zfs list -H -p -o name,used 2>/dev/null </dev/null | while read -r entry; do
    disks_say dataset "$entry"
  done
}

# Subvolumes can be read where the file system is mounted. A name with a newline in it comes out as another's.
disks_btrfs() {
  command -v btrfs >/dev/null 2>&1 || return 0
  seen=
  while read -r _ _ _ _ mountpoint rest; do
    case $rest in
      *' - btrfs /dev/'*) ;;
      *) continue ;;
    esac
    source=${rest##* - btrfs }
    source=${source%% *}
    case $seen in
      *" $source "*) continue ;;
    esac
    seen="$seen $source "
    disks_say subvolumes "$source"
    # shellcheck disable=SC2059 # the kernel's escapes are printf's
    btrfs subvolume list -a "$(printf "$(printf '%s' "$mountpoint" | sed 's/%/%%/g')")" 2>/dev/null </dev/null |
      while read -r entry; do
        disks_say subvolume "$source $entry"
      done
  done <"$disks_prefix/proc/self/mountinfo"
}

disks_newline='
'
disks_root=no
[ "$(id -u)" = 0 ] && disks_root=yes
disks_blkid=none
if command -v blkid >/dev/null 2>&1; then
  disks_blkid=busybox
  # The one of util-linux knows its own version.
  case $(blkid -V 2>&1) in
    *util-linux* | *libblkid*) disks_blkid=util-linux ;;
  esac
fi

printf '\n'
disks_say begin disks
disks_say root "$disks_root"
disks_say program "$disks_blkid"
for disks_entry in "$disks_prefix"/sys/class/block/*; do
  [ ! -e "$disks_entry/partition" ] || continue
  case ${disks_entry##*/} in
    ram[0-9]* | fd[0-9]* | '*') continue ;;
  esac
  disks_device "${disks_entry##*/}" ""
  for disks_part in "$disks_entry"/*/partition; do
    [ -e "$disks_part" ] || continue
    disks_part=${disks_part%/partition}
    disks_device "${disks_part##*/}" "${disks_entry##*/}"
  done
done
disks_say device ''
disks_links
disks_used
while read -r disks_entry; do
  disks_say mount "$disks_entry"
done <"$disks_prefix/proc/self/mountinfo"
while read -r disks_entry; do
  disks_say swap "$disks_entry"
done <"$disks_prefix/proc/swaps"
if [ "$disks_root" = yes ]; then
  disks_lvm
  disks_zfs
  disks_btrfs
fi
disks_say end disks
