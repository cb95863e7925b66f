# What several devices are made into: arrays, volume groups, pools, file systems of several devices.
# shellcheck shell=sh disable=SC2154,SC2034 # variables are shared between the parts

# all_hold TYPE DEVICE…: whether all do (0) or all are empty (1). Anything else ends the step.
all_hold() {
  wanted=$1
  shift
  held=
  for device in "$@"; do
    # Within a condition, set -e would go on with nothing.
    found=$(signature "$device") || exit 1
    case $found in
      '') held="${held}n" ;;
      "$wanted") held="${held}y" ;;
      *) fail "$device holds $found, where $wanted is to be made; it was not touched" ;;
    esac
  done
  case $held in
    *y*n* | *n*y*) fail "some of these hold $wanted and some are empty: $*; none was touched" ;;
    *y*) return 0 ;;
    *) return 1 ;;
  esac
}

# array DEVICE COUNT MEMBER… COMMAND…
array() {
  array=$1
  count=$2
  shift 2
  if [ -e "$array" ]; then
    array_node=$(readlink -f "$array")
    while [ "$count" -gt 0 ]; do
      member=$(readlink -f "$1")
      [ -e "/sys/class/block/${member##*/}/holders/${array_node##*/}" ] || fail "$array is there already, without $1"
      count=$((count - 1))
      shift
    done
    say "$array is there already"
    return
  fi
  split_members "$count" "$@"
  # The lists are words quoted by split_members.
  eval "set -- $members"
  if all_hold linux_raid_member "$@"; then
    # udev may have started it, or a part of it, under another name.
    stop_arrays_on "$@"
    mdadm --assemble "$array" "$@"
    settle
    return
  fi
  eval "set -- $command"
  # Of members that are not quite alike it asks whether to go on.
  printf 'y\n' | "$@"
  settle "$array"
  # What an array was before shows again in the new one.
  wipefs --all --quiet "$array"
  sgdisk --zap-all "$array"
}

# stop_arrays_on DEVICE…
stop_arrays_on() {
  for device in "$@"; do
    node=$(readlink -f "$device")
    for holder in /sys/class/block/"${node##*/}"/holders/md*; do
      # One that is in use goes on, and what wants its members fails.
      [ ! -e "$holder" ] || mdadm --stop "/dev/${holder##*/}" || :
    done
  done
}

# split_members COUNT MEMBER… COMMAND…: as quoted words in $members and in $command.
split_members() {
  count=$1
  shift
  members=
  command=
  for word in "$@"; do
    quoted=$(printf '%s.' "$word" | sed "s/'/'\\\\''/g")
    quoted="'${quoted%.}'"
    if [ "$count" -gt 0 ]; then members="$members $quoted"; else command="$command $quoted"; fi
    count=$((count - 1))
  done
}

# volume_group NAME DEVICE…
volume_group() {
  group=$1
  shift
  if vgs "$group" >/dev/null 2>&1; then
    for device in "$@"; do
      there=$(pvs --noheadings -o vg_name "$device" | tr -d ' ')
      [ "$there" = "$group" ] || fail "the volume group $group is there already, without $device"
    done
    say "the volume group $group is there already"
    vgchange --activate y "$group"
  else
    vgcreate "$group" "$@"
  fi
}

# logical_volume GROUP/NAME COMMAND…
logical_volume() {
  volume=$1
  shift
  if lvs "$volume" >/dev/null 2>&1; then
    say "the logical volume $volume is there already"
  else
    "$@"
  fi
}

# bcachefs_on UUID COUNT MEMBER… COMMAND…
bcachefs_on() {
  uuid=$1
  shift
  split_members "$@"
  eval "set -- $members"
  if all_hold bcachefs "$@"; then
    for device in "$@"; do
      there=$(blkid -p -o value -s UUID "$device")
      [ "$there" = "$uuid" ] || fail "$device is part of another bcachefs file system ($there); it was not touched"
    done
    say "the bcachefs file system $uuid is there already"
    return
  fi
  eval "set -- $command"
  "$@"
}

# kernel_modules NAME…: those of them that are not in the kernel; a volume that needs one that is nowhere fails by itself.
kernel_modules() {
  for module in "$@"; do modprobe -q "$module" 2>/dev/null || :; done
}
