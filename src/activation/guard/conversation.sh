# --- speaking with the operator -------------------------------------------------------------------------------------

describe_holder() {
  holder_run='' holder_operator='' holder_since=''
  [ ! -e "$runtime/holder" ] ||
    { read -r holder_run && read -r holder_operator && read -r holder_since; } <"$runtime/holder"
  if [ -n "$holder_run" ]; then
    printf '%s\n' "run $holder_run of $holder_operator holds the host since $holder_since"
  else
    printf '%s\n' "another run holds the host"
  fi
}

start() {
  enter_run "$1"
  read_order
  tries=0
  until failure=$(start_supervisor); do
    tries=$((tries + 1))
    [ "$tries" -ge 2 ] && [ -n "$(holder)" ] || [ "$tries" -ge 20 ] || {
      # The one who was quicker may not have written its name yet, or be at its end and just leaving.
      sleep 0.5
      continue
    }
    rm -rf "$live"
    if is_guard_alive; then say_error E_LOCKED "$(describe_holder)"; fi
    say_error E_COMMAND "the guard could not be started: $failure"
  done
  follow "$run" 0 0
}

# follow RUN EVENTS LOG
follow() {
  enter_run "$1"
  events_seen=$2 log_seen=$3
  [ -d "$place" ] || say_error E_NO_SUCH_RUN "this host has no record of run $run"
  say "flotilla-guard 1 $run"
  # After a reboot there is only the record; a guard just starting has only the other.
  [ -d "$live" ] || [ -e "$record/outcome" ] || start_settling
  abandoned=0 looks=0 spoken=0
  while :; do
    enter_run "$run"
    # Looked at first: what is there when the outcome is there is all there will be.
    ended=no
    [ ! -e "$place/outcome" ] || ended=yes
    say_news
    if [ "$ended" = yes ]; then
      say_end
      return 0
    fi
    looks=$((looks + 1))
    now
    if [ "$((now - spoken))" -ge 5 ]; then
      say A
      spoken=$now
    fi
    if [ $((looks % 10)) = 0 ]; then
      if is_looked_after; then abandoned=0; else abandoned=$((abandoned + 1)); fi
      if [ "$abandoned" = 3 ]; then
        abandoned=0
        start_settling
      fi
    fi
    sleep "$poll"
  done
}

say_news() {
  events_read=0
  if [ -e "$place/events" ]; then
    while read -r length kind text; do
      events_read=$((events_read + 1))
      [ "$events_read" -gt "$events_seen" ] || continue
      say_log_until "$length"
      case $kind in
        state) say "S $text" ;;
        note) say "N $text" ;;
      esac
      events_seen=$events_read
    done <"$place/events"
  fi
  count_log
  say_log_until "$log_length"
}

# Sets $log_length to the number of lines in the log, or to a thousand more than before. It stays open: each time only what
# is new is read, and no program is started. Of a line without its end, what comes later is the rest.
counted=
count_log() {
  if [ "$counted" != "$place" ]; then
    log_length=0
    [ -r "$place/log" ] || return 0
    exec 3<"$place/log"
    counted=$place
  fi
  log_bound=$((log_length + 1000))
  while [ "$log_length" -lt "$log_bound" ] && IFS= read -r _ <&3; do log_length=$((log_length + 1)); done
}

# say_log_until LENGTH: the lines up to that many, harmless and of bounded length.
say_log_until() {
  [ "$1" -gt "$log_seen" ] && [ -e "$place/log" ] || return 0
  tail -n "+$((log_seen + 1))" "$place/log" | head -n "$(($1 - log_seen))" | say_lines
  log_seen=$1
}

say_lines() {
  LC_ALL=C tr -d '\000-\010\013-\037\177' | LC_ALL=C cut -b 1-2000 | while IFS= read -r line; do printf 'L %s\n' "$line"; done
}

say_end() {
  # A last line without its newline.
  [ ! -e "$place/log" ] || tail -n "+$((log_seen + 1))" "$place/log" | say_lines
  outcome='' code='' message=''
  { read -r outcome && read -r code && read -r message; } <"$place/outcome"
  say "O $outcome $code $message"
}

confirm() {
  enter_run "$1"
  # Only the state itself, in this boot, makes a confirmation mean anything.
  [ "$(first_line "$live/state")" != awaiting-confirm ] || claim confirmed || :
  follow "$@"
}

revert() {
  enter_run "$1"
  if [ -d "$live" ] && [ ! -e "$live/outcome" ]; then
    read_order
    [ "$goal" = boot ] || claim revert-E_INTERRUPTED || :
  fi
  follow "$@"
}

# reconcile RUN [SYSTEM OLD]
reconcile() {
  enter_run "$1"
  if [ ! -d "$place" ]; then
    infer "${2:-}" "${3:-}"
    return
  fi
  if [ ! -e "$place/outcome" ] && is_looked_after; then
    say "flotilla-guard 1 $run"
    events_seen=0 log_seen=0
    say_news
    say W
    return
  fi
  [ -e "$place/outcome" ] || start_settling
  follow "$run" 0 0
}

# infer SYSTEM OLD: there is no record; what runs is all there is to go by.
infer() {
  running=$(current_system)
  case $running in
    '') ;;
    "$1" | "$(system_in "$1")")
      say "flotilla-guard 1 $run"
      say "N the host has no record of the run; the new system runs"
      say "O deployed - "
      return
      ;;
    "$2" | "$(system_in "$2")")
      say "flotilla-guard 1 $run"
      say "N the host has no record of the run; the previous system runs"
      say "O rolled-back E_POWER_LOSS the host lost its record of the run"
      return
      ;;
  esac
  say_error E_NO_SUCH_RUN "this host has no record of run $run, and runs ${running:-nothing known}"
}
