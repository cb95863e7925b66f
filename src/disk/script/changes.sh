# Changing what is in use: what is there keeps its place, its number, its UUID and its label.
# shellcheck shell=sh disable=SC2154,SC2034 # variables are shared between the parts

# partition_appears DISK NUMBER DEVICE: after `partition`; what lay at its place before is not taken for what is to be made.
partition_appears() {
  settle "$1"
  tell_kernel "$1" "$2"
  appear "$@"
  case ${fresh:-} in *" $2 "*) empty_new "$3" ;; esac
}

# tell_kernel DISK NUMBER: of a partition that is new, or has another size; the others may be in use.
tell_kernel() {
  if has partx; then partx --update --nr "$2" "$1" 2>/dev/null || partx --add --nr "$2" "$1" 2>/dev/null || :; fi
}

# grow_partition DISK NUMBER START SECTORS
grow_partition() {
  # On a disk that grew, the second table is no longer at the end. It is written anew in any case; what it says stays the same.
  sgdisk --move-second-header "$1"
  # sfdisk keeps what it is not told of: type, UUID, name and attributes.
  printf 'start=%s, size=%s\n' "$3" "$4" | sfdisk --no-reread --no-tell-kernel --force --partno "$2" "$1"
  settle "$1"
  tell_kernel "$1" "$2"
}

# grow_ext DEVICE
grow_ext() {
  if ! findmnt --source "$1" >/dev/null; then
    # It wants to have been looked through. It ends with 1 where it has mended something.
    e2fsck -f -p "$1" || [ $? -eq 1 ]
  fi
  resize2fs "$1"
}

# grow_mounted TYPE DEVICE DIRECTORY: DIRECTORY is "" where it is not mounted.
grow_mounted() {
  if [ -n "$3" ]; then
    place=$3
  else
    within "$1" defaults "$2"
    place=$top
  fi
  case $1 in
    xfs) xfs_growfs "$place" ;;
    btrfs) btrfs filesystem resize max "$place" ;;
  esac
}
