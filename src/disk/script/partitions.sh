# Partition tables, and the partitions in them.
# shellcheck shell=sh disable=SC2154,SC2034 # variables are shared between the parts

# partition_all DISK with COMMAND…: the table with all of its partitions, where the disk is empty.
partition_all() {
  disk=$1
  shift 2
  create gpt on "$disk" with "$@"
  created_whole=$created
}

# partition NUMBER LABEL UUID on DISK with COMMAND…: the partition of a GPT; UUID is "" where any will do.
partition() {
  number=$1
  label=$2
  uuid=$3
  disk=$5
  shift 6
  # All of them were made with their table.
  [ -z "${created_whole:-}" ] || return 0
  if there=$(sfdisk --part-uuid "$disk" "$number" 2>/dev/null) && [ -n "$there" ]; then
    there_label=$(sfdisk --part-label "$disk" "$number" 2>/dev/null) || there_label=
    if [ "$there_label" != "$label" ]; then
      fail "partition $number of $disk is called \"$there_label\", where the layout has \"$label\"; it was not touched"
    fi
    if [ -n "$uuid" ] && [ "$(lower "$there")" != "$(lower "$uuid")" ]; then
      fail "partition $number of $disk has the UUID $there, where the layout has $uuid; it was not touched"
    fi
    say "partition $number of $disk is there already"
  else
    "$@"
    fresh="${fresh:-} $number "
  fi
}

lower() { printf '%s' "$1" | tr 'A-F' 'a-f'; }

# partition_node DISK NUMBER: as the kernel calls it.
partition_node() {
  disk_node=$(readlink -f "$1")
  for entry in /sys/class/block/"${disk_node##*/}"/*/partition; do
    [ -e "$entry" ] || continue
    if [ "$(cat "$entry")" = "$2" ]; then
      node=${entry%/partition}
      printf '/dev/%s' "${node##*/}"
      return
    fi
  done
  return 1
}

# partitions_appear DISK DEVICE…: waits for the first, second, … partition under the names that the layout has for them, and empties those that are new:
# what lay at their places before must neither be found nor taken for what is to be made.
partitions_appear() {
  disk=$1
  shift
  settle "$disk"
  number=0
  for device in "$@"; do
    number=$((number + 1))
    appear "$disk" "$number" "$device"
    case "${created_whole:+ $number }${fresh:-}" in *" $number "*) empty_new "$device" ;; esac
  done
}

# appear DISK NUMBER DEVICE
appear() {
  tries=0
  while :; do
    if node=$(partition_node "$1" "$2"); then
      there=$(readlink -f "$3") || there=
      [ "$there" != "$node" ] || return 0
      if ! udev_runs; then
        # Nobody else makes the names here.
        mkdir -p "${3%/*}"
        ln -sf "$node" "$3"
        return 0
      fi
    elif [ -b "$3" ]; then
      # A mapped device, whose partitions are mapped devices.
      return 0
    fi
    tries=$((tries + 1))
    [ "$tries" -lt 30 ] || break
    sleep 1
    settle "$1"
  done
  [ -n "${node:-}" ] || fail "partition $2 of $1 did not appear within 30 seconds"
  fail "$3 is not partition $2 of $1 ($node) but ${there:-nothing}; is there another partition with this label?"
}

# empty_new DEVICE
empty_new() {
  # An array whose old members lie where the new partition is has been started by udev meanwhile.
  stop_arrays_on "$1"
  wipefs --all --quiet "$1"
}

# hybrid_mbr NUMBERS on DISK: NUMBERS as sgdisk wants them, e.g. 1:2:EE
hybrid_mbr() {
  # A protective MBR has the one entry of the GPT.
  if [ "$(sfdisk --label-nested dos --dump "$3" | grep -c 'start=')" -gt 1 ]; then
    say "$3 has a hybrid MBR already"
  else
    sgdisk --hybrid="$1" "$3"
  fi
}

# mbr_type NUMBER TYPE on DISK
mbr_type() {
  there=$(sfdisk --label-nested dos --part-type "$4" "$1") || exit 1
  [ "$(plain_hex "$there")" = "$(plain_hex "$2")" ] || sfdisk --label-nested dos --part-type "$4" "$1" "$2"
}

# plain_hex NUMBER: 0x0C is c.
plain_hex() { printf '%s' "$1" | tr -d ' ' | tr 'A-F' 'a-f' | sed 's/^0x//; s/^0*//'; }

# mbr_active DISK NUMBER…: these and no others.
mbr_active() {
  disk=$1
  shift
  active=$(sfdisk --label-nested dos --dump "$disk" | grep 'start=' | grep -n bootable | sed 's/:.*//' | tr '\n' ' ')
  [ "$active" = "$* " ] || sfdisk --label-nested dos --activate "$disk" "$@"
}

# table_partitions COUNT on DISK: there must be as many in the table that was there before.
table_partitions() {
  settle "$3"
  [ -n "${created:-}" ] && return
  number=0
  while [ "$number" -lt "$1" ]; do
    number=$((number + 1))
    sfdisk --part-type "$3" "$number" >/dev/null || fail "$3 has no partition $number, where the layout has $1 partitions; it was not touched"
  done
}
