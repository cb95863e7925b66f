# Says what a host is and how it does, in one go: run by `sh -s` as the login user, at the login itself.
#
# Read by checks/inspection.ts: NUL-terminated records `key=value`, since no value can hold a NUL whatever a host calls
# itself or its units; `begin` and `end` around them, since a login shell may say things of its own before and after.
#
# It costs next to nothing: what can be read is read by the shell itself, and a NixOS host in order starts three
# programs (systemctl, df, readlink). A Mac has nothing to read, and is asked by its programs.
# checks/inspection-script.ts puts before it:
#   prefix       before every path; empty but in tests
#   guard_records  the script that reads what guards left here, as root
#   "$@"         the words that make us root, where the operator declared them
# shellcheck shell=sh disable=SC2154,SC3013 # the former; -ef: in POSIX since 2024, in dash and busybox for much longer

PATH=$prefix/run/wrappers/bin:$prefix/run/current-system/sw/bin:$prefix/nix/var/nix/profiles/default/bin:$prefix/usr/local/bin:$prefix/usr/bin:$prefix/bin:$prefix/usr/sbin:$prefix/sbin
LC_ALL=C
export PATH LC_ALL

record() {
  printf '%s=%s\000' "$1" "$2"
}

# The first line of a file, in $line.
read_line() {
  line=
  if [ -r "$1" ]; then
    IFS= read -r line <"$1" 2>/dev/null
  fi
}

# Where a link to a directory ends, in $path.
resolve() {
  path=
  if cd -P "$1" 2>/dev/null; then
    path=${PWD#"$prefix"}
    cd /
  fi
}

# /proc/self is this shell: its own program reads the file. The second number is the effective one.
read_user_id() {
  user_id=
  if ! [ -r "$prefix/proc/self/status" ]; then
    user_id=$(id -u)
    return
  fi
  while read -r field _ effective _; do
    if [ "$field" = Uid: ]; then
      user_id=$effective
      break
    fi
  done <"$prefix/proc/self/status"
}

is_nixos() {
  [ -e "$prefix/etc/NIXOS" ] && return 0
  [ -r "$prefix/etc/os-release" ] || return 1
  while IFS= read -r line; do
    case $line in
      ID=nixos | 'ID="nixos"') return 0 ;;
    esac
  done <"$prefix/etc/os-release"
  return 1
}

tell_linux() {
  read_line "$prefix/proc/sys/kernel/ostype"
  record kernel_name "$line"
  read_line "$prefix/proc/sys/kernel/arch" # since Linux 6.1
  record machine "${line:-$(uname -m)}"
  read_line "$prefix/proc/sys/kernel/osrelease"
  record kernel "$line"
  read_line "$prefix/proc/sys/kernel/hostname"
  record hostname "$line"
  read_line "$prefix/proc/sys/kernel/random/boot_id"
  record boot_id "$line"
  read_line "$prefix/etc/machine-id"
  record machine_id "$line"
}

# The same without /proc. What a Mac is known by is the number of its hardware.
tell_darwin() {
  record kernel_name "$(uname -s)"
  record machine "$(uname -m)"
  record kernel "$(uname -r)"
  record hostname "$(uname -n)"
  record boot_id "$(sysctl -n kern.bootsessionuuid 2>/dev/null)"
  record machine_id "$(ioreg -rd1 -c IOPlatformExpertDevice 2>/dev/null | hardware_id)"
}

hardware_id() {
  while IFS= read -r line; do
    case $line in
      *'"IOPlatformUUID" = "'*)
        line=${line#*'"IOPlatformUUID" = "'}
        printf '%s' "${line%%\"*}"
        ;;
    esac
  done
}

# Whether what booted and what runs differ in a part that only a boot replaces.
needs_reboot() {
  booted=$prefix/run/booted-system
  current=$prefix/run/current-system
  [ -e "$booted" ] && [ -e "$current" ] || return 1
  for part in kernel initrd kernel-modules systemd; do
    if [ -e "$booted/$part" ] || [ -e "$current/$part" ]; then
      [ "$booted/$part" -ef "$current/$part" ] || return 0
    fi
  done
  read_line "$booted/kernel-params"
  booted_parameters=$line
  read_line "$current/kernel-params"
  [ "$booted_parameters" != "$line" ]
}

# No answer within its time is an answer: a name service that hangs must not hold up the login.
within_seconds() {
  if command -v timeout >/dev/null 2>&1; then
    timeout "$@"
  else
    shift
    "$@"
  fi
}

# Whether these words make us root without a password. What root can see of guards is told on the way.
try_elevation() {
  within_seconds 5 "$@" /bin/sh -c "$guard_records" sh "$prefix" </dev/null 2>/dev/null || return 1
  record elevated yes
  for word in "$@"; do
    record elevation "$word"
  done
}

find_elevation() {
  if [ "$user_id" = 0 ]; then
    record elevated yes
    if [ -e "$prefix/run/flotilla" ] || [ -e "$prefix/var/run/flotilla" ] || [ -e "$prefix/var/lib/flotilla" ]; then
      # In a copy of this shell: one program less to start.
      (
        set -- "$prefix"
        eval "$guard_records"
      ) </dev/null 2>/dev/null
    fi
    return
  fi
  if [ $# -gt 0 ]; then
    try_elevation "$@"
    return
  fi
  if command -v sudo >/dev/null 2>&1 && try_elevation sudo -n -H --; then return; fi
  if command -v doas >/dev/null 2>&1 && try_elevation doas -n --; then return; fi
  if command -v run0 >/dev/null 2>&1; then try_elevation run0 --no-ask-password --; fi
}

inspect() {
  printf '\000begin=flotilla-inspection-1\000'

  if [ -r "$prefix/proc/sys/kernel/ostype" ]; then
    tell_linux
  else
    tell_darwin
  fi

  if is_nixos; then record nixos yes; fi
  resolve "$prefix/run/current-system"
  record current_system "$path"
  resolve "$prefix/run/booted-system"
  record booted_system "$path"
  resolve "$prefix/nix/var/nix/profiles/system"
  record profile_system "$path"
  if [ -n "$path" ]; then
    record profile_link "$(readlink "$prefix/nix/var/nix/profiles/system")"
  fi
  read_line "$prefix/run/current-system/nixos-version"
  [ -n "$line" ] || read_line "$prefix/run/current-system/darwin-version"
  record version "$line"
  if needs_reboot; then record needs_reboot yes; fi

  state=$(systemctl is-system-running </dev/null 2>/dev/null)
  record state "$state"
  if [ "$state" != running ]; then
    record failed_units "$(systemctl list-units --state=failed --full --plain --no-legend --no-pager </dev/null 2>/dev/null)"
  fi

  read_user_id
  find_elevation "$@"

  # Both in one call, one line each in this order.
  set --
  [ -d "$prefix/nix/store" ] && set -- "$@" "$prefix/nix/store"
  [ -d "$prefix/boot" ] && set -- "$@" "$prefix/boot"
  for directory in "$@"; do
    record space_of "${directory#"$prefix"}"
  done
  if [ $# -gt 0 ]; then
    record space "$(df -Pk "$@" </dev/null 2>/dev/null)"
  fi

  printf 'end=\000\n'
}

# The whole script is read before any of it runs: a login that breaks off half-way runs nothing.
inspect "$@"
