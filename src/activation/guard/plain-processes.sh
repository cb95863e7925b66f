# --- without systemd: everything is a group of processes ------------------------------------------------------------

# Each that goes on by itself writes itself down in the run's files.

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
