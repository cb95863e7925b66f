# What the steps on disks are written in: one function a thing that is made. Each asks first what is there. Exactly what it would make: it says so and
# leaves it alone. Nothing: it makes it. Anything else: it stops, since somebody's data could be in it. Runs under any POSIX sh; src/disk/disk-script.ts
# puts it before the steps. Nothing here decides which device is meant: every device is a word of the step.
# shellcheck shell=sh disable=SC2154,SC2034 # variables are shared between the parts

PATH=$PATH:/run/current-system/sw/bin:/run/wrappers/bin:/usr/local/sbin:/usr/sbin:/sbin
# Messages that are compared are English, labels are UTF-8.
LC_ALL=C.UTF-8
export PATH LC_ALL
# What steps tell each other within themselves is nothing that an environment could say.
unset created created_whole fresh

say() { printf 'flotilla-disk: %s\n' "$*"; }

fail() {
  printf 'flotilla-disk: error: %s\n' "$*" >&2
  exit 1
}

# begin NUMBER COUNT TITLE
begin() {
  step=$1/$2
  title=$3
  say "step $step $title"
}

# end STATUS: of the step that began last.
end() {
  [ "$1" -eq 0 ] && return
  printf 'flotilla-disk: step %s failed with status %s: %s\n' "$step" "$1" "$title" >&2
  exit "$1"
}

has() { command -v "$1" >/dev/null 2>&1; }

udev_runs() { has udevadm && [ -e /run/udev/control ]; }

# settle DEVICE…: until the kernel and udev know the partitions of these devices.
settle() {
  for disk in "$@"; do
    # It also fails where the kernel knows everything already.
    if has partprobe; then partprobe "$disk" || :; elif has blockdev; then blockdev --rereadpt "$disk" || :; fi
    if udev_runs; then look_again "$disk"; fi
  done
  if udev_runs; then udevadm settle --timeout=120 || :; fi
}

# look_again DEVICE: udev does, at it and at its partitions. To look at all that the machine has takes minutes where that is much.
look_again() {
  looked_at=$(readlink -f "$1") || return 0
  looked_at=/sys/class/block/${looked_at##*/}
  set --
  for entry in "$looked_at" "$looked_at/${looked_at##*/}"*; do
    if [ -e "$entry/dev" ]; then set -- "$@" "$entry"; fi
  done
  [ $# -eq 0 ] || udevadm trigger "$@" || udevadm trigger --subsystem-match=block || :
}

# signature DEVICE: what lies on it: a type of file system or member, or the type of its partition table; nothing where it is empty.
signature() {
  [ -e "$1" ] || fail "$1 does not exist"
  probed=0
  type=$(blkid -p -o value -s TYPE "$1") || probed=$?
  case $probed in
    0) if [ -z "$type" ]; then type=$(blkid -p -o value -s PTTYPE "$1") || :; fi ;;
    2) type= ;;
    8) type="several signatures, which contradict each other" ;;
    *) fail "$1 cannot be read (blkid: $probed)" ;;
  esac
  printf '%s' "$type"
}

# create TYPE on DEVICE with COMMAND…
create() {
  wanted=$1
  device=$3
  shift 4
  found=$(signature "$device") || exit 1
  created=
  if [ -z "$found" ]; then
    # Half a table, such as the copy at the end of a disk, is none, and sgdisk stumbles over it.
    case $wanted in gpt | dos) sgdisk --zap-all "$device" >/dev/null 2>&1 || : ;; esac
    "$@"
    created=yes
  elif [ "$found" = "$wanted" ]; then
    say "$device holds $wanted already"
  else
    fail "$device holds $found where $wanted is to be made; it was not touched"
  fi
}

# passphrase_from FILE COMMAND…: its standard input is what the file holds, without the newlines at its end.
passphrase_from() {
  file=$1
  shift
  [ -r "$file" ] || fail "the passphrase in $file cannot be read"
  # printf is the shell's own: the passphrase is on no command line.
  printf '%s' "$(cat "$file")" | "$@"
}

# input_from FILE COMMAND…: its standard input is the file.
input_from() {
  file=$1
  shift
  [ -r "$file" ] || fail "$file cannot be read"
  "$@" <"$file"
}

# hook VARIABLES-FOR-BASH VARIABLES-FOR-SH LINES: lines of the configuration, which are written for bash, with the options beside them as variables.
hook() {
  lines=$(mktemp)
  if has bash; then
    printf '%s\n%s\n' "$1" "$3" >"$lines"
    status=0
    bash -efu "$lines" || status=$?
  else
    printf '%s\n%s\n' "$2" "$3" >"$lines"
    status=0
    sh -efu "$lines" || status=$?
  fi
  rm -f "$lines"
  return "$status"
}
