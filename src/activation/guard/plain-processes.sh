# --- without systemd: processes with a group of their own -----------------------------------------------------------

# A process is known by its number and its start, for numbers come again. The lock is a link that names its holder.

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

# take_lock: for this very process. Of several that find a dead holder's lock one takes it over: who has made the link
# `heir.HOLDER`, or else the heir of a heir that died before it had the lock.
take_lock() {
  lock=$runtime/lock
  own_identity=$(identity "$$") || return 1
  tries=0
  while :; do
    ! ln -s "$own_identity" "$lock" 2>/dev/null || return 0
    dead=$(readlink "$lock") || {
      # Given back in between; or the link cannot be made at all.
      tries=$((tries + 1))
      [ "$tries" -lt 100 ] || return 1
      continue
    }
    ! is_process "$dead" || return 1
    inherit_from "$dead" || return 1
    # What was read may be long past.
    [ "$(readlink "$lock")" != "$dead" ] || rm -f "$lock"
  done
}

inherit_from() {
  inherited=$1
  until ln -s "$own_identity" "$runtime/heir.$inherited" 2>/dev/null; do
    heir=$(readlink "$runtime/heir.$inherited")
    [ "$heir" != "$own_identity" ] || return 0
    ! is_process "$heir" || return 1
    inherited=$heir
  done
}

# The heirs first: as long as the lock is ours, nobody needs them.
drop_lock() {
  [ "$(readlink "$runtime/lock")" = "$(identity "$$")" ] || return 0
  rm -f "$runtime"/heir.*
  rm -f "$runtime/lock"
}

# hold ANSWER VERB ARGUMENT…: does it as the holder of the lock, and says in the file ANSWER whether it got it.
hold() {
  answer=$1
  shift
  if ! take_lock; then
    write_atomically "$answer" taken
    return 0
  fi
  write_atomically "$answer" yes
  # It may exit. A trap would do for that, but bash lets a child that is killed as it begins run its parent's.
  (carry_out "$@")
  drop_lock
}

# start_holder VERB ARGUMENT…
start_holder() {
  answer=$runtime/answer.$$
  (umask 077 && mkdir -p "$runtime") || return 1
  rm -f "$answer"
  start_group sh "$place/guard" hold "$answer" "$@"
  now
  answer_until=$((now + margin))
  until [ -e "$answer" ]; do
    now
    [ "$now" -lt "$answer_until" ] || break
    sleep "$poll"
  done
  answered=$(first_line "$answer")
  rm -f "$answer"
  [ "$answered" = yes ]
}

plain_start_supervisor() {
  start_holder supervise "$run"
}

plain_start_settling() {
  start_holder settle "$run" E_GUARD_LOST "the guard ended"
}

plain_is_guard_alive() {
  is_process "$(readlink "$runtime/lock")"
}

plain_kill_guard() {
  plain_is_guard_alive && kill_group "$(readlink "$runtime/lock")"
}

plain_arm_deadman() {
  rm -f "$live/deadman-process"
  start_group sh "$live/guard" watch "$run"
  await_process deadman-process
}

# Each writes itself down, so that there is none whom nobody knows.
await_process() {
  tries=0
  until [ -e "$live/$1" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || return 1
    sleep "$poll"
  done
}

# watch RUN: the deadman. It sees the outcome within a second, or that the supervisor is dead, or that its time is up.
watch() {
  enter_run "$1"
  read_order
  put deadman-process "$(identity "$$")"
  now
  watch_until=$((now + budget))
  deadman_reason="the guard was killed"
  while ! has_outcome; do
    now
    if ! plain_is_guard_alive; then
      ! take_lock || settle "$run" E_GUARD_LOST "$deadman_reason"
      drop_lock
    elif [ "$now" -ge "$watch_until" ]; then
      claim revert-E_GUARD_LOST
      outwait_supervisor
    fi
    sleep 1
  done
}

# It goes by itself.
plain_disarm_deadman() {
  :
}

plain_is_deadman_alive() {
  is_process "$(first_line "$runtime/runs/$(holder)/deadman-process")"
}

# plain_start_step NAME SECONDS COMMAND…: there is one step at a time.
plain_start_step() {
  shift 2
  rm -f "$live/step-process"
  start_group sh "$live/guard" step "$run" "$@"
  await_process step-process
}

plain_is_step_alive() {
  is_process "$(first_line "$live/step-process")"
}

plain_kill_step() {
  plain_kill_steps
}

plain_kill_steps() {
  kill_group "$(first_line "$live/step-process")"
  rm -f "$live/step-process"
}

plain_failing_units() {
  :
}

plain_reboot() {
  reboot 2>/dev/null || shutdown -r now 2>/dev/null
  sleep 90
}
