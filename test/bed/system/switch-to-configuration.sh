#!/bin/sh
# The bed's switch-to-configuration: the verbs, the order, the files and the exit statuses of NixOS's.
#   1    wrong usage, not NixOS, lock held, boot loader       2  activation script
#   3    daemon-reload or tmpfiles                            4  units failed
#   100  another init interface: takes effect at the next boot      n  what the pre-switch check ended with
# Simpler than NixOS's: units are compared as whole files; no fstab, no swap, no user units, no re-execution of systemd; and no sync:
# a power cut here loses nothing, and all hosts share one disk.
out=@out@
action=${1-}
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
say() { printf '%s\n' "$*" >&2; }
fail() {
  say "$*"
  exit 1
}

case "$action" in
switch | boot | test | dry-activate | check) ;;
*) fail "Usage: $0 [check|switch|boot|test|dry-activate]" ;;
esac
[ -e /etc/NIXOS ] || grep -q '^ID="\{0,1\}nixos' /etc/os-release 2>/dev/null || fail "This is not a NixOS installation!"

mkdir -p /run/nixos
exec 9>/run/nixos/switch-to-configuration.lock
flock -n 9 || fail "Could not acquire lock"
# What we start must not inherit the lock: a daemon would hold it for ever.
run() { "$@" 9>&-; }

if [ "${NIXOS_NO_CHECK-}" != 1 ]; then
  run "$out/pre-switch-checks" "$out" "$action" || {
    status=$?
    say "Pre-switch checks failed"
    exit "$status"
  }
fi
[ "$action" != check ] || exit 0

# One boot entry a generation, and the default. The bed's power supply reads them at the next boot.
install_boot_loader() {
  [ ! -e "$out/boot-loader-fails" ] || return 1
  say "updating boot loader..."
  # A real machine has one of its own.
  if [ -e "$out/install-boot-loader" ]; then
    run "$out/install-boot-loader" "$out" >&2
    return
  fi
  mkdir -p /boot/loader/entries || return 1
  rm -f /boot/loader/entries/*
  for link in /nix/var/nix/profiles/system-*-link; do
    [ -e "$link" ] || continue
    generation=${link##*/system-}
    readlink -f "$link" >"/boot/loader/entries/nixos-generation-${generation%-link}" || return 1
  done
  echo "$out" >/boot/loader/default.new && mv /boot/loader/default.new /boot/loader/default
}
case "$action" in
switch | boot)
  install_boot_loader || fail "Failed to install bootloader"
  ;;
esac
[ "$action" != boot ] || exit 0

running_interface=$(cat /run/current-system/init-interface-version 2>/dev/null)
new_interface=$(cat "$out/init-interface-version")
if [ "$running_interface" != "$new_interface" ]; then
  say "Warning: the new configuration has init interface $new_interface, the running one $running_interface; it takes effect at the next boot."
  exit 100
fi

# --- what has to happen to which unit

old_units=$(readlink -f /run/current-system/etc/systemd/system)
new_units=$out/etc/systemd/system
stop='' start='' restart='' reload='' skip=''
option() { sed -n "s/^$2=//p" "$1" | tail -n 1; }
is_unit() { [ -e "$1" ] && [ "$(readlink -f "$1")" != /dev/null ]; }
contains() { case " $1 " in *" $2 "*) ;; *) return 1 ;; esac }
active_units() {
  systemctl list-units --all --full --plain --no-legend |
    awk '$3 == "active" || $3 == "activating" || $3 == "reloading" || $4 == "auto-restart" { print $1 }'
}

# Sorts one changed unit into stop+start, restart, reload or skip.
changed() {
  case "$1" in
  *.target | *.slice | *.path) return ;;
  *.mount)
    reload="$reload $1"
    return
    ;;
  esac
  if [ "$(option "$2" X-ReloadIfChanged)" = true ]; then
    reload="$reload $1"
  elif [ "$(option "$2" X-RestartIfChanged)" = false ] || [ "$(option "$2" RefuseManualStop)" = true ]; then
    skip="$skip $1"
  elif [ "$(option "$2" X-StopIfChanged)" = false ]; then
    restart="$restart $1"
  else
    stop="$stop $1"
    start="$start $1"
  fi
}

before=$(active_units | tr '\n' ' ')
for unit in $before; do
  file=$unit
  case "$unit" in *@*.*) file=${unit%%@*}@.${unit##*.} ;; esac
  is_unit "$old_units/$file" || continue
  if ! is_unit "$new_units/$file"; then
    [ "$(option "$old_units/$file" X-StopOnRemoval)" = false ] || stop="$stop $unit"
  elif ! cmp -s "$old_units/$file" "$new_units/$file"; then
    changed "$unit" "$new_units/$file"
  fi
done
# A unit that only a link into Debian's own directory brought in is gone when the link is.
for link in "$old_units"/*.wants/*; do
  [ -L "$link" ] || continue
  unit=${link##*/}
  [ -L "$new_units/${link#"$old_units"/}" ] || is_unit "$new_units/$unit" || contains "$stop" "$unit" && continue
  contains "$before" "$unit" && stop="$stop $unit"
done

announce() { [ -z "$2" ] || say "$1:$2"; }
if [ "$action" = dry-activate ]; then
  announce "would stop the following units" "$stop"
  announce "would NOT stop the following changed units" "$skip"
  say "would activate the configuration..."
  announce "would reload the following units" "$reload"
  announce "would restart the following units" "$restart"
  announce "would start the following units" "$start"
  exit 0
fi

# --- the switch

# shellcheck disable=SC2086 # unit lists are words
{
  run logger -t nixos "switching to system configuration $out" 2>/dev/null
  status=0
  if [ -n "$stop" ]; then
    announce "stopping the following units" "$stop"
    run systemctl stop -- $stop
  fi
  announce "NOT restarting the following changed units" "$skip"
  say "activating the configuration..."
  run "$out/activate" "$out" >&2 || status=2
  run systemctl reset-failed
  run systemctl daemon-reload || status=3
  run systemd-tmpfiles --create --remove --exclude-prefix=/dev || status=3
  if [ -n "$reload" ]; then
    announce "reloading the following units" "$reload"
    run systemctl reload -- $reload || status=4
  fi
  if [ -n "$restart" ]; then
    announce "restarting the following units" "$restart"
    run systemctl restart -- $restart || status=4
  fi
  announce "starting the following units" "$start"
  run systemctl start -- paths.target sockets.target timers.target multi-user.target $start || status=4
}

# --- the report

after=$(active_units)
started=
for unit in $after; do
  case "$unit" in *.scope | *.slice | *.device | run-* | user*) continue ;; esac
  contains "$before" "$unit" || started="$started $unit"
done
announce "the following new units were started" "$started"

failed=$(systemctl list-units --failed --full --plain --no-legend | awk '{ printf " %s", $1 }')
# A unit between two attempts counts as failed when its last one was.
for unit in $(systemctl list-units --all --full --plain --no-legend | awk '$4 == "auto-restart" { print $1 }'); do
  [ "$(systemctl show -P ExecMainStatus -- "$unit")" = 0 ] || failed="$failed $unit"
done
if [ -n "$failed" ]; then
  announce "warning: the following units failed" "$failed"
  for unit in $failed; do systemctl status --no-pager --full -- "$unit" >&2; done
  status=4
fi
run logger -t nixos "switching to system configuration $out finished with $status" 2>/dev/null
exit "$status"
