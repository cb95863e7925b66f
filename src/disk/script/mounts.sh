# Opening and mounting what is there, and its reverse. What is open or mounted already is left as it is, where it is the very thing that is meant.
# shellcheck shell=sh disable=SC2154,SC2034 # variables are shared between the parts

# assemble ARRAY MEMBER…
assemble() {
  if [ -e "$1" ]; then
    say "$1 is there already"
    return
  fi
  has modprobe && { modprobe md_mod 2>/dev/null || :; }
  mdadm --assemble "$@"
  settle
}

# activate GROUP
activate() {
  vgchange --activate y "$1"
  settle
}

# import_pool NAME ROOT MEMBER…: looked for on these devices alone. It was last used by an installer, or by the system that is installed: hence -f.
import_pool() {
  pool=$1
  root=$2
  shift 2
  if zpool list "$pool" >/dev/null 2>&1; then
    say "the pool $pool is there already"
    return
  fi
  directories=
  for device in "$@"; do directories="$directories -d $(quote "$device")"; done
  eval "zpool import -N -f -R $(quote "$root") $directories $(quote "$pool")"
}

# mount_at DIRECTORY DEVICE TYPE OPTIONS
mount_at() {
  if mountpoint -q "$1"; then
    findmnt --source "$2" --mountpoint "$1" >/dev/null || fail "something else than $2 is mounted on $1: $(findmnt --noheadings --output SOURCE --mountpoint "$1")"
    say "$1 is mounted already"
    return
  fi
  mkdir -p "$1"
  mount -t "$3" -o "$4" -- "$2" "$1"
}

# mount_again DIRECTORY SOURCE TYPE OPTIONS: what has no device of its own: tmpfs, a bind, several devices.
mount_again() {
  if mountpoint -q "$1"; then
    say "$1 is mounted already"
    return
  fi
  mkdir -p "$1"
  case ",$4," in
    *,bind,* | *,rbind,*) mkdir -p "$2" ;;
  esac
  mount -t "$3" -o "$4" -- "$2" "$1"
}

# swap_on DEVICE OPTION…
swap_on() {
  if swaps_on "$1"; then
    say "$1 is swapped to already"
    return
  fi
  device=$1
  shift
  swapon "$@" "$device"
}

# unmount DIRECTORY: with what others have mounted below it, such as /mnt/proc.
unmount() {
  leave_mount "$1"
}

# close_device NAME: a mapped device of LUKS.
close_device() {
  if cryptsetup status "$1" >/dev/null 2>&1; then cryptsetup close "$1"; fi
}

# deactivate GROUP
deactivate() {
  if vgs "$1" >/dev/null 2>&1; then vgchange --activate n "$1"; fi
}

# stop_array ARRAY
stop_array() {
  if [ -e "$1" ]; then mdadm --stop "$1"; fi
}

# export_pool NAME
export_pool() {
  if zpool list "$1" >/dev/null 2>&1; then zpool export "$1"; fi
}
