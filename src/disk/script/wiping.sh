# Taking apart and wiping. Devices are named as the kernel calls them, since what is wiped has no name in a layout; `still` makes sure that they are what was seen.
# shellcheck shell=sh disable=SC2154,SC2034 # variables are shared between the parts

# still DEVICE KERNEL-NAME BYTES: the name of the layout stands for the very disk that was looked at when the plan was made.
still() {
  there=$(readlink -f "$1") || there=
  [ "$there" = "$2" ] || fail "$1 is ${there:-nothing} now, and was $2 when the plan was made; nothing on it was touched"
  sectors=$(cat "/sys/class/block/${2##*/}/size") || fail "$2 is gone"
  [ "$sectors" = "$(($3 / 512))" ] || fail "$2 has $((sectors * 512)) bytes now, and had $3 when the plan was made; nothing on it was touched"
}

# leave_swap DEVICE
leave_swap() {
  if swaps_on "$1"; then swapoff "$1"; fi
}

# swaps_on DEVICE
swaps_on() {
  swap_node=$(readlink -f "$1") || return 1
  while read -r swap_name _; do
    if [ "$swap_name" = "$swap_node" ]; then return 0; fi
  done </proc/swaps
  return 1
}

# leave_mount DIRECTORY: with all that is mounted below it, and all swap files in it.
leave_mount() {
  while read -r swap_name _; do
    case $swap_name in "$1"/*) swapoff "$swap_name" ;; esac
  done </proc/swaps
  # Something can be mounted over something else.
  while mountpoint -q "$1"; do umount -R "$1"; done
}

# leave_pool NAME: an imported pool; its disks are wiped after it.
leave_pool() {
  if has zpool && zpool list "$1" >/dev/null 2>&1; then zpool export -f "$1"; fi
}

# take_apart KIND DEVICE
take_apart() {
  [ -b "$2" ] || return 0
  case $1 in
    crypt) cryptsetup close "$(mapper_name "$2")" ;;
    lvm | other) dmsetup remove --retry "$(mapper_name "$2")" ;;
    raid) mdadm --stop "$2" ;;
    *) fail "$2 is in use in a way that is not known here; take it apart first" ;;
  esac
}

mapper_name() { cat "/sys/class/block/${1##*/}/dm/name"; }

# idle DEVICE…: nothing uses them, in whatever mount namespace, that nobody here sees. wipefs opens a device for itself alone, and does nothing here.
idle() {
  for device in "$@"; do
    wipefs --all --no-act --quiet "$device" >/dev/null || fail "something still uses $device; nothing on its disk was touched"
  done
}

# wipe DEVICE BYTES: every signature that is known, and the first and last MiB, where tables, superblocks of arrays and labels of pools lie.
wipe() {
  if has zpool && [ "$(blkid -p -o value -s TYPE "$1")" = zfs_member ]; then zpool labelclear -f "$1" || :; fi
  wipefs --all --force --quiet "$1"
  mebibyte=1048576
  if [ "$2" -le $((2 * mebibyte)) ]; then
    dd if=/dev/zero of="$1" bs=512 count=$(($2 / 512)) conv=notrunc,fsync 2>/dev/null
    return
  fi
  dd if=/dev/zero of="$1" bs=$mebibyte count=1 conv=notrunc,fsync 2>/dev/null
  dd if=/dev/zero of="$1" bs=512 seek=$((($2 - mebibyte) / 512)) count=2048 conv=notrunc,fsync 2>/dev/null
}

# forget_partitions DISK: the kernel and udev see that the table is gone.
forget_partitions() {
  settle "$1"
  for entry in /sys/class/block/"${1##*/}"/*/partition; do
    [ -e "$entry" ] || continue
    node=${entry%/partition}
    # A kernel that does not read tables itself has been told each partition.
    if has partx; then partx --delete --nr "$(cat "$entry")" "$1" 2>/dev/null || :; fi
    [ ! -e "$entry" ] || fail "the kernel still holds ${node##*/}: something uses it"
  done
}
