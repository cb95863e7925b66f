# What is made within a file system, which is mounted for that.
# shellcheck shell=sh disable=SC2154,SC2034 # variables are shared between the parts

# within TYPE OPTIONS DEVICE: mounts it at a place of its own, $top, until the step ends.
within() {
  top=$(mktemp -d)
  mount -t "$1" -o "$2" "$3" "$top"
  trap 'umount "$top" && rmdir "$top"' EXIT
}

# below_top NAME: its path, where it stays below.
below_top() {
  case "/$1/" in */../*) fail "$1 leads out of the file system" ;; esac
  path=$top/$1
}

# btrfs_subvolume NAME OPTION…
btrfs_subvolume() {
  below_top "$1"
  shift
  if btrfs subvolume show "$path" >/dev/null 2>&1; then return; fi
  mkdir -p "$(dirname "$path")"
  btrfs subvolume create "$path" "$@"
}

# btrfs_swapfile NAME SIZE
btrfs_swapfile() {
  below_top "$1"
  [ -e "$path" ] || btrfs filesystem mkswapfile --size "$2" "$path"
}

# bcachefs_subvolume NAME
bcachefs_subvolume() {
  below_top "$1"
  if [ -d "$path" ]; then return; fi
  mkdir -p "$(dirname "$path")"
  bcachefs subvolume create "$path"
}
