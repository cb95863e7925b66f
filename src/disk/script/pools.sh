# Pools of ZFS, and what is made in them.
# shellcheck shell=sh disable=SC2154,SC2034 # variables are shared between the parts

# pool NAME COUNT MEMBER… COMMAND…
pool() {
  pool=$1
  shift
  split_members "$@"
  created=
  if zpool list "$pool" >/dev/null 2>&1; then
    say "the pool $pool is there already"
    return
  fi
  eval "set -- $members"
  # On these devices alone is it looked for, and on the first partition of each: zpool makes one on a whole disk. It was last used by an installer, or by
  # the system that is installed.
  directories=
  for device in "$@"; do
    directories="$directories -d $(quote "$device")"
    if node=$(partition_node "$device" 1); then directories="$directories -d $(quote "$node")"; fi
  done
  if eval "zpool import -N -f $directories $(quote "$pool")" 2>/dev/null; then
    say "the pool $pool is there already"
    return
  fi
  ! all_hold zfs_member "$@" || fail "the pool $pool is on its devices and cannot be imported"
  eval "set -- $command"
  "$@"
  if [ "$(zfs get -H -o value mounted "$pool")" = yes ]; then zfs unmount "$pool"; fi
}

quote() { printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")"; }

# dataset NAME COMMAND…
dataset() {
  dataset=$1
  shift
  created=
  if zfs get type "$dataset" >/dev/null 2>&1; then
    say "$dataset is there already"
  else
    "$@"
    created=yes
  fi
}

# dataset_options NAME OPTION…: of one that was there before.
dataset_options() {
  dataset=$1
  shift
  [ -n "${created:-}" ] || zfs set -u "$@" "$dataset"
}

# zvol_appears DEVICE
zvol_appears() {
  if has zvol_wait; then zvol_wait; fi
  settle "$1"
}

# dataset_key NAME COMMAND…
dataset_key() {
  dataset=$1
  shift
  [ "$(zfs get -H -o value keystatus "$dataset")" != unavailable ] || "$@"
}
