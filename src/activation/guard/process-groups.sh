# --- processes with a group of their own ----------------------------------------------------------------------------

# A process is known by its number and its start, for numbers come again.

# identity NUMBER: of a process that lives, or nothing.
identity() {
  if [ -r "$root/proc/$1/stat" ]; then
    read -r process_line <"$root/proc/$1/stat" 2>/dev/null || return 1
    # Behind the program's name, which may hold anything: its state, and as the twentieth word its start.
    # shellcheck disable=SC2086 # the words of a line
    set -- "$1" ${process_line##*)}
    [ "$#" -ge 21 ] && [ "$2" != Z ] || return 1
    printf '%s\n' "$1:${21}"
  elif [ -d "$root/proc/self" ]; then
    return 1
  else
    process_line=$(LC_ALL=C ps -o stat= -o lstart= -p "$1" 2>/dev/null) || return 1
    # shellcheck disable=SC2086 # as above
    set -- "$1" $process_line
    # One that is just dying may have told less.
    [ "$#" -ge 7 ] || return 1
    case $2 in Z*) return 1 ;; esac
    printf '%s\n' "$1:$4-$5-$6-$7"
  fi
}

# is_process IDENTITY
is_process() {
  [ -n "$1" ] && [ "$(identity "${1%%:*}")" = "$1" ]
}

# Starts a command that outlives who started it and can be ended with all that it starts.
start_group() {
  if command -v setsid >/dev/null; then
    (trap '' HUP && exec setsid "$@") </dev/null >/dev/null 2>&1 &
  else
    # A shell with jobs gives each a group; those that do not without a terminal are where setsid is.
    set -m 2>/dev/null
    (trap '' HUP && exec "$@") </dev/null >/dev/null 2>&1 &
    set +m 2>/dev/null
  fi
}

# kill_group IDENTITY: the process and all of its group; also what is left of the group when the process is gone. A number
# does not come again as long as a group has it, so that a process of that number and another start has no part in ours.
kill_group() {
  [ -n "$1" ] || return 0
  [ -z "$(identity "${1%%:*}")" ] || is_process "$1" || return 0
  kill -KILL "-${1%%:*}" 2>/dev/null || { is_process "$1" && kill -KILL "${1%%:*}" 2>/dev/null; }
  while is_process "$1"; do sleep "$poll"; done
}
