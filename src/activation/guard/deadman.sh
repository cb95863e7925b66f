# --- the deadman ----------------------------------------------------------------------------------------------------

# deadman RUN: its time is up and nobody has stopped the timer, or the supervisor's unit has failed.
deadman() {
  enter_run "$1"
  read_order
  [ ! -e "$live/outcome" ] || return 0
  claim revert-E_GUARD_LOST
  deadman_reason="the guard was killed"
  if [ "$(holder)" = "$run" ] && is_guard_alive; then outwait_supervisor; fi
  [ -e "$live/outcome" ] || settle "$run" E_GUARD_LOST "$deadman_reason"
}

# Gives a supervisor that lives the time that its end takes, and ends it when that does not come.
outwait_supervisor() {
  deadman_reason="the guard did not answer in its time"
  state_before=$(first_line "$live/state")
  end_seconds=$(((3 * profile_count + 1) * activation_timeout + 300))
  now
  case $state_before in
    # It is at work on the end; that has deadlines of its own.
    reverting | committing) deadman_until=$((now + end_seconds)) ;;
    # A supervisor that lives sees the decision at once.
    *) deadman_until=$((now + 5)) ;;
  esac
  while [ "$now" -lt "$deadman_until" ] && [ ! -e "$live/outcome" ] && is_guard_alive; do
    sleep 1
    now
    [ "$(first_line "$live/state")" = "$state_before" ] || {
      state_before=reverting
      deadman_until=$((now + end_seconds))
    }
  done
  [ ! -e "$live/outcome" ] || return 0
  kill_guard
  # Who takes over from it is given its time.
  while [ ! -e "$live/outcome" ] && is_guard_alive; do sleep 1; done
}
