# --- how the guard's processes are run ------------------------------------------------------------------------------

# The same functions are there twice, in systemd.sh and in plain-processes.sh.
processes=plain
if [ -d "$root/run/systemd/system" ] && command -v systemd-run >/dev/null; then processes=systemd; fi

start_supervisor() { "${processes}_start_supervisor"; }
is_guard_alive() { "${processes}_is_guard_alive"; }
kill_guard() { "${processes}_kill_guard"; }
arm_deadman() { "${processes}_arm_deadman"; }
disarm_deadman() { "${processes}_disarm_deadman"; }
is_deadman_alive() { "${processes}_is_deadman_alive"; }
kill_steps() { "${processes}_kill_steps"; }
failing_units() { "${processes}_failing_units"; }
reboot_host() { "${processes}_reboot"; }

# Nobody looks after the run: have it settled, under the host's lock. Whoever is quicker does.
start_settling() { "${processes}_start_settling" || :; }

is_looked_after() {
  is_guard_alive || is_deadman_alive
}

# run_step NAME SECONDS INTERRUPTIBLE COMMAND…: runs it so that ending it ends all it started.
# Sets $status to its exit status, or to `timeout`, `interrupted`, or `killed` when it ended without one.
run_step() {
  step_name=$1 step_seconds=$2 step_interruptible=$3
  shift 3
  "${processes}_kill_step" "$step_name"
  rm -f "$live/step-status"
  status=killed
  step_attempt=1
  until "${processes}_start_step" "$step_name" "$((step_seconds + margin))" "$@"; do
    [ "$step_attempt" -lt 3 ] || return 0
    step_attempt=$((step_attempt + 1))
    sleep 1
  done
  now
  step_until=$((now + step_seconds + 1))
  looks=0
  while :; do
    if [ -e "$live/step-status" ]; then
      status=$(first_line "$live/step-status")
      break
    fi
    if [ "$step_interruptible" = yes ] && is_decided; then
      status=interrupted
      break
    fi
    now
    if [ "$now" -ge "$step_until" ]; then
      status=timeout
      break
    fi
    looks=$((looks + 1))
    if [ $((looks % 10)) = 0 ] && ! "${processes}_is_step_alive" "$step_name"; then
      [ -e "$live/step-status" ] || break
    fi
    sleep "$poll"
  done
  # What is left of it must not go on behind our back.
  "${processes}_kill_step" "$step_name"
}

# step RUN COMMAND…: what such a step runs; a function of ours is a command too.
step() {
  enter_run "$1"
  shift
  [ "$processes" = systemd ] || put step-process "$(identity "$$")"
  read_order
  read_findings
  # A program that cannot write its messages may give up in the middle.
  if : 2>/dev/null >>"$live/log"; then exec >>"$live/log" 2>&1; else exec >/dev/null 2>&1; fi
  "$@"
  put step-status "$?"
}

newly_failing_units() {
  for unit in $(failing_units); do
    case " $failed_before " in
      *" $unit "*) ;;
      *) printf '%s ' "$unit" ;;
    esac
  done
}
