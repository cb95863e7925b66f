# --- with systemd: everything is a unit -----------------------------------------------------------------------------

# The lock is the name of the unit flotilla-guard: systemd gives it to one, and frees it at any death.

# start_unit NAME OPTION… -- COMMAND…
start_unit() {
  start_unit_name=$1
  shift
  systemd-run --quiet --collect --no-ask-password --unit="$start_unit_name" "$@"
}

# Whether any of the units is there and not dead. Silence, as while systemd starts itself anew, counts as alive.
is_any_alive() {
  states=$(systemctl is-active "$@" 2>/dev/null)
  [ -n "$states" ] || return 0
  for word in $states; do
    case $word in
      inactive | failed | unknown) ;;
      *) return 0 ;;
    esac
  done
  return 1
}

kill_unit() {
  is_any_alive "$1" || return 0
  systemctl kill --signal=SIGKILL "$1" 2>/dev/null
  timeout 30 systemctl stop "$1" 2>/dev/null
  systemctl reset-failed "$1" 2>/dev/null
  return 0
}

systemd_start_supervisor() {
  stop_seconds=$(((3 * profile_count + 1) * activation_timeout + 300))
  start_unit flotilla-guard --service-type=exec --description="flotilla's guard of run $run" \
    --property=OOMScoreAdjust=-500 --property=TimeoutStopSec="$stop_seconds" \
    --property=ExecStopPost="/bin/sh $live/guard stop-post $run" --property=OnFailure=flotilla-deadman.service \
    -- /bin/sh "$live/guard" supervise "$run" 2>&1
}

systemd_start_settling() {
  start_unit flotilla-guard --service-type=exec --description="flotilla settles run $run" \
    -- /bin/sh "$place/guard" settle "$run" E_GUARD_LOST "the guard ended" 2>/dev/null
}

systemd_is_guard_alive() {
  is_any_alive flotilla-guard.service
}

# Its own process alone, however systemctl spells that: a kill of the unit would take its stop-post too.
systemd_kill_guard() {
  main=$(systemctl show --property=MainPID flotilla-guard.service)
  main=${main#MainPID=}
  [ "${main:-0}" -le 1 ] || kill -KILL "$main" 2>/dev/null
}

systemd_arm_deadman() {
  systemctl stop flotilla-deadman.timer 2>/dev/null
  start_unit flotilla-deadman --on-active="$budget" --timer-property=AccuracySec=100ms \
    --property=Restart=on-failure --property=RestartSec=2 --description="flotilla's deadman of run $run" \
    -- /bin/sh "$live/guard" deadman "$run"
}

systemd_disarm_deadman() {
  systemctl stop flotilla-deadman.timer 2>/dev/null
}

systemd_is_deadman_alive() {
  is_any_alive flotilla-deadman.timer flotilla-deadman.service
}

# systemd_start_step NAME SECONDS COMMAND…
systemd_start_step() {
  start_step_name=$1 start_step_seconds=$2
  shift 2
  start_unit "flotilla-$start_step_name" --service-type=exec --property=TimeoutStopSec=10 \
    --property=RuntimeMaxSec="$start_step_seconds" -- /bin/sh "$live/guard" step "$run" "$@"
}

systemd_is_step_alive() {
  is_any_alive "flotilla-$1.service"
}

systemd_kill_step() {
  kill_unit "flotilla-$1.service"
}

systemd_kill_steps() {
  set -- flotilla-check.service flotilla-activate.service flotilla-commit.service \
    flotilla-revert-1.service flotilla-revert-2.service flotilla-revert-3.service
  is_any_alive "$@" || return 0
  for step_unit in "$@"; do
    kill_unit "$step_unit"
  done
}

systemd_failing_units() {
  systemctl list-units --all --full --plain --no-legend --no-pager 2>/dev/null |
    while read -r unit _ active sub _; do
      case $unit in flotilla-*) continue ;; esac
      case $active:$sub in
        failed:* | *:auto-restart*) printf '%s ' "$unit" ;;
      esac
    done
}

systemd_is_going_down() {
  [ "$(systemctl is-system-running 2>/dev/null)" = stopping ]
}

systemd_reboot() {
  systemctl reboot 2>/dev/null || systemctl reboot --force 2>/dev/null
  sleep 90
  systemctl reboot --force --force 2>/dev/null
}

# stop-post RUN: systemd runs this when the supervisor has ended, however it did.
stop_post() {
  enter_run "$1"
  if has_outcome; then
    release
    return 0
  fi
  # The machine goes down: it boots the old system, and the next contact settles the rest.
  ! systemd_is_going_down || return 0
  settle "$run" E_GUARD_LOST "the guard was killed"
}
