# Says what guards have left on this host: who holds it, and how the newest run ended. Part of checks/inspect.sh, which
# runs it as root; its records are of the same form. $1 stands before every path; empty but in tests.
#
# The files are described at the top of activation/guard.sh. An order is read, never run.
# shellcheck shell=sh disable=SC3013 # -nt: in POSIX since 2024, in dash and busybox for much longer

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

# Whether NUMBER:START is alive; that the number has come again meanwhile would only last as long as that process.
is_process() {
  [ -n "$1" ] && kill -0 "${1%%:*}" 2>/dev/null
}

# Whether somebody still looks after the run that holds the host. Without systemd a link names the process that holds it,
# and another one waits to take its place.
is_held() {
  if ! [ -d "$system_manager" ]; then
    is_process "$(readlink "$runtime/lock")" && return
    read_line "$runtime/holder"
    read_line "$runtime/runs/$line/deadman-process"
    is_process "$line"
    return
  fi
  states=$(systemctl is-active flotilla-guard.service flotilla-deadman.timer flotilla-deadman.service 2>/dev/null)
  for state in ${states:-unknown}; do
    case $state in
      active | activating | deactivating | reloading) return 0 ;;
    esac
  done
  return 1
}

tell_holder() {
  [ -r "$runtime/holder" ] && is_held || return
  { IFS= read -r run && IFS= read -r operator && IFS= read -r since; } <"$runtime/holder"
  record lock_run "$run"
  record lock_operator "$operator"
  record lock_since "$since"
}

# An order is written once, at the start of its run. What is in /run is newer than its copy.
find_newest_run() {
  newest=
  for order in "$records"/*/order "$runtime"/runs/*/order; do
    [ -r "$order" ] || continue
    if [ -z "$newest" ] || ! [ "$newest/order" -nt "$order" ]; then
      newest=${order%/order}
    fi
  done
  if [ -n "$newest" ] && [ -d "$runtime/runs/${newest##*/}" ]; then
    newest=$runtime/runs/${newest##*/}
  fi
}

tell_newest_run() {
  find_newest_run
  [ -n "$newest" ] || return
  record run "${newest##*/}"
  read_line "$newest/state"
  record run_state "${line%% *}"
  read_line "$newest/outcome"
  record run_outcome "$line"
  while IFS= read -r line; do
    case $line in
      system=*)
        record run_system "${line#system=}"
        break # what follows may be anybody's text
        ;;
    esac
  done <"$newest/order"
}

# macOS may not have /run, which is then a link to /var/run.
runtime=$1/run/flotilla
[ -d "$1/run" ] || runtime=$1/var/run/flotilla
system_manager=$1/run/systemd/system
records=$1/var/lib/flotilla/runs
# What sudo's own configuration may print stands before this, not in a record of ours.
printf '\000'
tell_holder
tell_newest_run
if [ -e "$1/var/lib/flotilla/keys" ]; then record keys yes; fi
exit 0
