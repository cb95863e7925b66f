#!/bin/sh
# The guard: carries one activation to a truthful end on the host itself, whatever becomes of the operator, the
# connection, the new system or the guard's own process. POSIX sh, run by root, nothing installed.
#
# Verbs. The first six speak with the operator; the others are run by systemd, from the copy that `start` left behind.
#   start RUN                   take the host's lock, start the supervisor, go on as `follow`
#   follow RUN [EVENTS LOG]     say what happened since that many events and log lines, until the end
#   confirm RUN [EVENTS LOG]    the new system was reached from outside; then `follow`
#   revert RUN [EVENTS LOG]     the operator wants the old system back; then `follow`
#   reconcile RUN [SYSTEM OLD]  bring an abandoned run to its end; SYSTEM and OLD say what to infer from without a record
#   supervise, settle, stop-post, deadman, step
#
# What the operator reads, one line each; nothing an activation prints can pass for anything but an L line:
#   flotilla-guard 1 RUN        greeting, with the version of this protocol
#   S STATE DETAIL              a state is entered; awaiting-confirm says the seconds that are left
#   N TEXT                      a remark for the operator.            S and N count as events
#   L TEXT                      a line of the activation's output.    L counts as a log line
#   A                           still here
#   W                           reconcile: the run is under way, somebody looks after it
#   O OUTCOME CODE MESSAGE      the end; CODE is - when all is well
#   E CODE MESSAGE              this verb could not be carried out
#
# A run lives in two places. /run/flotilla/runs/RUN is written first: a full disk cannot touch it and it ends with the
# boot, as a confirmation must. /var/lib/flotilla/runs/RUN is its copy for the time after a power cut. In both:
#   guard order                 this file; the settings, quoted for a shell
#   boot-id old old-profile old-generation last-generation failed-before      what was found
#   state events log            where it is; what happened, each line with the log's length then; the output
#   cause kept committed        why it goes back; what failed yet is kept; the boot loader was written
#   outcome                     three lines: the word, a code or -, a message
# Only in /run: decided (a link, so that exactly one of `confirmed` and `revert-CODE` can be made), step-status; and
# /run/flotilla/holder: run, operator and since when, of the run that holds the host.
#
# Who ends a run: the supervisor; when it dies, systemd runs stop-post at once; when that dies too, the deadman, also at
# once; when the supervisor hangs, the deadman by its timer; when there is nobody left (a reboot), the next contact.
# The lock is the name of the unit flotilla-guard: systemd gives it to one, and frees it at any death.

# shellcheck disable=SC2317 # the order calls health_check
set -u
# For all that an activation makes; what is ours alone lies in directories of mode 0700.
umask 022

# Everything below hangs off this; empty on a host.
root=${FLOTILLA_ROOT:-}
programs=$root/run/wrappers/bin:$root/run/current-system/sw/bin:/nix/var/nix/profiles/default/bin
PATH=$programs:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
HOME=${HOME:-/root}
export PATH HOME

runtime=$root/run/flotilla
records=$root/var/lib/flotilla/runs
gcroots=$root/nix/var/nix/gcroots/flotilla
current_link=$root/run/current-system
boot_id_file=$root/proc/sys/kernel/random/boot_id
switch_lock=$root/run/nixos/switch-to-configuration.lock

poll=0.1           # seconds between two looks
margin=30          # seconds that the deadman gives the supervisor beyond its own deadlines
kept_runs=20       # records that are kept
revert_attempts=3
restored_outcome=rolled-back

# --- small things ---------------------------------------------------------------------------------------------------

# Seconds since the boot: unlike the clock, no time server moves it.
now() {
  read -r now _ </proc/uptime
  now=${now%%.*}
}

one_line() {
  case $* in
    *[[:cntrl:]]*) printf '%s' "$*" | tr '\000-\037\177' ' ' | cut -b 1-2000 ;;
    *) printf '%.2000s\n' "$*" ;;
  esac
}

# A line for the operator. A reader that went away ends us: the supervisor does not depend on it.
say() {
  printf '%s\n' "$*" || exit 1
}

say_error() {
  say "E $1 $(one_line "$2")"
  exit 1
}

# first_line FILE: its first line, or nothing.
first_line() {
  line=
  [ ! -e "$1" ] || read -r line <"$1" || :
  printf '%s\n' "$line"
}

write_atomically() {
  printf '%s\n' "$2" >"$1.new" && mv -f "$1.new" "$1"
}

current_system() {
  readlink -f "$current_link"
}

boot_id() {
  first_line "$boot_id_file"
}

# --- a run and its files --------------------------------------------------------------------------------------------

# What an order says; read_order overwrites them.
operator='' goal='' profile='' system='' activation_timeout=300 confirm_timeout=30
rollback=true on_failed_units=rollback pre_activate='' budget=0 wanted_generation=''
health_checks() { :; }

enter_run() {
  run=$1
  case $run in
    '' | *[!0-9a-z]*) say_error E_USAGE "this is no run: $run" ;;
  esac
  live=$runtime/runs/$run
  record=$records/$run
  place=$live
  [ -d "$live" ] || place=$record
}

read_order() {
  # shellcheck source=/dev/null
  . "$live/order"
}

read_findings() {
  old=$(first_line "$live/old")
  old_profile=$(first_line "$live/old-profile")
  old_generation=$(first_line "$live/old-generation")
  last_generation=$(first_line "$live/last-generation")
  failed_before=$(first_line "$live/failed-before")
  kept_code='' kept_message=''
  [ ! -e "$live/kept" ] || { read -r kept_code && read -r kept_message; } <"$live/kept"
  commit_timeout=$activation_timeout
  [ "$commit_timeout" -ge 120 ] || commit_timeout=120
  # Either of the two may have no nix-env of its own.
  PATH=$PATH:$old/sw/bin:$system/sw/bin
}

put() {
  write_atomically "$live/$1" "$2"
}

# Copies files of the run to where they outlive the boot: all at once, or on a disk with little room as many as it takes…
copy() {
  for name in "$@"; do
    shift
    [ ! -e "$live/$name" ] || set -- "$@" "$live/$name"
  done
  [ "$#" -gt 0 ] || return 0
  arrivals=$record/arrivals.new
  {
    { [ -d "$arrivals" ] || mkdir -p "$arrivals"; } && cp "$@" "$arrivals/" && mv -f "$arrivals"/* "$record/"
  } 2>/dev/null || {
    # What is left there must not arrive later, over something newer.
    rm -rf "$arrivals"
    copy_singly "$@"
  }
}

copy_singly() {
  for file in "$@"; do
    { cp "$file" "$record/${file##*/}.new" && mv -f "$record/${file##*/}.new" "$record/${file##*/}"; } 2>/dev/null ||
      return 1
  done
}

# …and waits until they outlive a power cut.
keep() {
  copy "$@" && { timeout 20 sync -f "$record" 2>/dev/null || timeout 20 sync; }
}

# event KIND TEXT…
event() {
  length=0
  [ ! -e "$live/log" ] || length=$(wc -l <"$live/log")
  printf '%s %s\n' "$((length))" "$(one_line "$*")" >>"$live/events"
}

note() {
  event note "$@"
}

# enter_state STATE DETAIL…
enter_state() {
  put state "$1"
  event state "$@"
  case $1 in
    activating | committing) keep state events log || : ;;
    finished) ;; # finish does
    *) copy state events log || : ;;
  esac
}

is_decided() {
  [ -L "$live/decided" ]
}

decision() {
  readlink "$live/decided"
}

# Exactly one claim succeeds, whoever makes it: a link is made whole or not at all.
claim() {
  ln -s "$1" "$live/decided" 2>/dev/null
}

holder() {
  first_line "$runtime/holder"
}

# pause SECONDS: less when something is decided meanwhile.
pause() {
  now
  pause_until=$((now + $1))
  while ! is_decided && [ "$now" -lt "$pause_until" ]; do
    sleep "$poll"
    now
  done
}

# --- units ----------------------------------------------------------------------------------------------------------

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

is_looked_after() {
  is_any_alive flotilla-guard.service flotilla-deadman.timer flotilla-deadman.service
}

kill_unit() {
  is_any_alive "$1" || return 0
  systemctl kill --signal=SIGKILL "$1" 2>/dev/null
  timeout 30 systemctl stop "$1" 2>/dev/null
  systemctl reset-failed "$1" 2>/dev/null
  return 0
}

kill_steps() {
  set -- flotilla-check.service flotilla-activate.service flotilla-commit.service \
    flotilla-revert-1.service flotilla-revert-2.service flotilla-revert-3.service
  is_any_alive "$@" || return 0
  for step_unit in "$@"; do
    kill_unit "$step_unit"
  done
}

# run_step UNIT SECONDS INTERRUPTIBLE COMMAND…: runs it in a unit of its own, so that ending it ends all it started.
# Sets $status to its exit status, or to `timeout`, `interrupted`, or `killed` when it ended without one.
run_step() {
  step_unit=$1 step_seconds=$2 step_interruptible=$3
  shift 3
  kill_unit "$step_unit.service"
  rm -f "$live/step-status"
  status=killed
  step_attempt=1
  until start_unit "$step_unit" --service-type=exec --property=TimeoutStopSec=10 \
    --property=RuntimeMaxSec="$((step_seconds + margin))" -- /bin/sh "$live/guard" step "$run" "$@"; do
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
    if [ $((looks % 10)) = 0 ] && ! is_any_alive "$step_unit.service"; then
      [ -e "$live/step-status" ] || break
    fi
    sleep "$poll"
  done
  # What is left of it must not go on behind our back.
  kill_unit "$step_unit.service"
}

# step RUN COMMAND…: what such a unit runs.
step() {
  enter_run "$1"
  shift
  # A program that cannot write its messages may give up in the middle.
  if : 2>/dev/null >>"$live/log"; then exec >>"$live/log" 2>&1; else exec >/dev/null 2>&1; fi
  "$@"
  put step-status "$?"
}

# --- what is wrong with the units -----------------------------------------------------------------------------------

failing_units() {
  systemctl list-units --all --full --plain --no-legend --no-pager 2>/dev/null |
    while read -r unit _ active sub _; do
      case $unit in flotilla-*) continue ;; esac
      case $active:$sub in
        failed:* | *:auto-restart*) printf '%s ' "$unit" ;;
      esac
    done
}

newly_failing_units() {
  for unit in $(failing_units); do
    case " $failed_before " in
      *" $unit "*) ;;
      *) printf '%s ' "$unit" ;;
    esac
  done
}

# --- the profile ----------------------------------------------------------------------------------------------------

# The number of the generation that the profile points at, or nothing.
generation() {
  link=$(readlink "$profile") || return 0
  link=${link##*/}
  link=${link#"${profile##*/}-"}
  link=${link%-link}
  case $link in
    '' | *[!0-9]*) ;;
    *) printf '%s\n' "$link" ;;
  esac
}

highest_generation() {
  highest=0
  for link in "$profile"-*-link; do
    number=${link#"$profile-"}
    number=${number%-link}
    case $number in
      '' | *[!0-9]*) continue ;;
    esac
    [ "$number" -le "$highest" ] || highest=$number
  done
  printf '%s\n' "$highest"
}

# Points the profile at the new system: at the generation that was named, or else at a new one, unless it is there.
set_profile() {
  if [ -n "$wanted_generation" ]; then
    [ "$(generation)" != "$wanted_generation" ] || return 0
    [ "$(readlink -f "$profile-$wanted_generation-link")" = "$system" ] &&
      nix-env --profile "$profile" --switch-generation "$wanted_generation"
  else
    [ "$(readlink -f "$profile")" = "$system" ] || nix-env --profile "$profile" --set "$system"
  fi
}

# Puts the profile back to the very generation it had, and takes away only a generation that this run has made: left
# there, it would get an entry in the boot menu.
restore_profile() {
  moved=$(generation)
  [ -n "$old_generation" ] || return 1
  [ "$moved" != "$old_generation" ] || return 0
  nix-env --profile "$profile" --switch-generation "$old_generation" >>"$live/log" 2>&1 ||
    nix-env --profile "$profile" --set "$old_profile" >>"$live/log" 2>&1 || return 1
  [ -z "$moved" ] || [ "$moved" -le "$last_generation" ] ||
    nix-env --profile "$profile" --delete-generations "$moved" >>"$live/log" 2>&1 || :
}

# --- how a run ends -------------------------------------------------------------------------------------------------

# finish OUTCOME CODE MESSAGE
finish() {
  [ ! -e "$live/outcome" ] || return 0
  enter_state finished "$1"
  rm -f "$record/reserve"
  write_atomically "$record/outcome" "$1
$2
$(one_line "$3")" 2>/dev/null || :
  keep log events state || :
  # Whoever follows hears of it only now, when it outlives a power cut.
  write_atomically "$live/outcome" "$1
$2
$(one_line "$3")"
  release
  prune
}

# Whether the run is at its end; killed between the two, it is.
has_outcome() {
  [ -e "$live/outcome" ] || { [ -e "$record/outcome" ] && cp "$record/outcome" "$live/outcome"; }
}

# Gives back what the run held. The deadman and the holder only if they are this run's.
release() {
  rm -f "$gcroots/$run-new" "$gcroots/$run-old" "$gcroots/$run-profile"
  if [ "$(holder)" = "$run" ]; then
    systemctl stop flotilla-deadman.timer 2>/dev/null
    rm -f "$runtime/holder"
  fi
}

prune() {
  [ -d "$records" ] || return 0
  count=0
  # shellcheck disable=SC2012 # the names are run ids
  ls -1t "$records" | while read -r name; do
    [ -e "$records/$name/outcome" ] || continue
    count=$((count + 1))
    [ "$count" -le "$kept_runs" ] || rm -rf "${records:?}/$name" "${runtime:?}/runs/$name"
  done
}

# Nothing was changed, and the guard says why.
refuse() {
  finish refused "$1" "$2"
  exit 0
}

# go_back CODE MESSAGE: restores the old system and sees it running. Returns when the run is at its end.
go_back() {
  claim "revert-$1"
  put cause "$1
$2"
  keep cause || :
  kill_steps
  if [ "$rollback" = false ]; then
    finish_kept "$1" "$2"
    return
  fi
  enter_state reverting "$2"
  attempt=1
  while [ "$attempt" -le "$revert_attempts" ]; do
    wait_for_switch_lock
    # The old system's own pre-switch checks have no say: it ran a moment ago.
    run_step "flotilla-revert-$attempt" "$activation_timeout" no \
      env NIXOS_NO_CHECK=1 "$old/bin/switch-to-configuration" test
    case $status in
      # 2 to 4 are complaints after the switch; what counts is looked at below.
      0 | 2 | 3 | 4)
        if [ "$(current_system)" = "$old" ]; then
          finish_restored "$1" "$2"
          return
        fi
        ;;
    esac
    note "attempt $attempt to restore the previous system: switch-to-configuration ended with $status"
    attempt=$((attempt + 1))
    sleep 2
  done
  last_resort "$1" "$2"
}

finish_restored() {
  [ "$status" = 0 ] || note "the previous system's switch-to-configuration exited with $status"
  failing=$(newly_failing_units)
  if [ -n "$failing" ]; then
    sleep 3
    failing=$(newly_failing_units)
  fi
  [ -z "$failing" ] || note "units that fail in the previous system, and did not before: $failing"
  finish "$restored_outcome" "$1" "$2"
}

# rollback is disabled: what runs is kept, but nothing unconfirmed becomes what boots.
finish_kept() {
  running=$(current_system)
  if [ "$running" = "$system" ]; then
    note "the new system was kept, because rollback is disabled; the boot default is as it was"
  else
    note "nothing was restored, because rollback is disabled; $running runs"
  fi
  finish failed "$1" "$2"
}

# The old system cannot be restored live, but it is still what boots.
last_resort() {
  if [ "$(readlink -f "$profile")" = "$system" ] && [ "$system" != "$old" ]; then
    finish failed E_ROLLBACK "$2; the previous system could not be restored, and is not the boot default"
    return
  fi
  put rebooting yes
  keep rebooting || :
  enter_state reverting "the previous system could not be restored live: rebooting into it"
  systemctl reboot 2>/dev/null || systemctl reboot --force 2>/dev/null
  sleep 90
  systemctl reboot --force --force 2>/dev/null
  sleep 30
  finish failed E_ROLLBACK "$2; the previous system could not be restored, and a reboot into it failed"
}

# Another program's switch is let finish, for a while.
wait_for_switch_lock() {
  [ ! -e "$switch_lock" ] || ! command -v flock >/dev/null || flock -w 30 "$switch_lock" true || :
}

# The new system was reached from outside: keep it.
conclude_confirmed() {
  if [ "$goal" = test ]; then
    if [ -n "$kept_code" ]; then finish failed "$kept_code" "$kept_message"; else finish tested - ''; fi
    return
  fi
  if commit; then
    if [ -z "$kept_code" ]; then
      finish deployed - ''
    else
      note "the new system was kept and is the boot default, because rollback is disabled"
      finish failed "$kept_code" "$kept_message"
    fi
    return
  fi
  undo_commit
  # The link says `confirmed`, and a second life of this run must not commit again.
  rm -f "$live/decided"
  go_back E_COMMIT "$commit_problem"
}

# Makes the new system what boots. Can be repeated.
commit() {
  enter_state committing
  if ! set_profile >>"$live/log" 2>&1; then
    commit_problem="the profile could not be set to the new system"
    return 1
  fi
  run_step flotilla-commit "$commit_timeout" no "$system/bin/switch-to-configuration" boot
  case $status in
    0) ;;
    timeout) commit_problem="the boot loader was not installed within $commit_timeout s" ;;
    *) commit_problem="the boot loader could not be installed (switch-to-configuration boot: $status)" ;;
  esac
  [ "$status" = 0 ] || return 1
  put committed yes
  keep committed || :
}

# The machine must boot what its boot loader says: the profile goes back, and the boot loader is written from it, since
# the failed attempt may have left it half done.
undo_commit() {
  if ! restore_profile; then
    note "the profile could not be put back to generation ${old_generation:-(none)}"
    return
  fi
  [ -x "$old_profile/bin/switch-to-configuration" ] || return 0
  run_step flotilla-commit "$commit_timeout" no \
    env NIXOS_NO_CHECK=1 "$old_profile/bin/switch-to-configuration" boot
  [ "$status" = 0 ] || note "the boot loader could not be written anew for the previous system ($status): see what it boots"
}

# --- the supervisor -------------------------------------------------------------------------------------------------

supervise() {
  enter_run "$1"
  read_order
  [ ! -e "$live/outcome" ] || return 0
  other=$(holder)
  if [ -n "$other" ] && [ "$other" != "$run" ] && is_any_alive flotilla-deadman.timer flotilla-deadman.service; then
    write_atomically "$live/outcome" "refused
E_LOCKED
$(describe_holder)"
    return 0
  fi
  write_atomically "$runtime/holder" "$run
$(one_line "$operator")
$(date -u +%Y-%m-%dT%H:%M:%SZ)"
  settle_others
  look_around
  check_before
  case $goal in
    boot) stage ;;
    *) activate ;;
  esac
}

# Notes what is there, in both places; a disk that cannot take it is a reason to change nothing.
look_around() {
  # Nobody reads them before there is a state, so that they need not appear at once and whole.
  current_system >"$live/old"
  readlink -f "$profile" >"$live/old-profile"
  generation >"$live/old-generation"
  highest_generation >"$live/last-generation"
  printf '%s\n' "$(failing_units)" >"$live/failed-before"
  boot_id >"$live/boot-id"
  read_findings
  record_findings || refuse E_TARGET_DISK_FULL "the run cannot be recorded in $record"
  enter_state starting
  make_gcroots || refuse E_TARGET_DISK_FULL "the new system cannot be rooted in $gcroots"
}

# The reserve is given back for the outcome, should the disk fill up meanwhile.
record_findings() {
  (umask 077 && mkdir -p "$record") &&
    keep guard order old old-profile old-generation last-generation failed-before boot-id &&
    head -c 65536 /dev/zero >"$record/reserve"
} 2>/dev/null

# The new system's has been there since before it was copied. One that is a week old belongs to a run that never came to
# its guard: nobody else takes it away.
make_gcroots() {
  [ ! -d "$gcroots" ] || find "$gcroots" -type l -mtime +7 -exec rm -f {} + || :
  mkdir -p "$gcroots" &&
    ln -sfn "$system" "$gcroots/$run-new" &&
    ln -sfn "$old" "$gcroots/$run-old" &&
    ln -sfn "$old_profile" "$gcroots/$run-profile"
} 2>/dev/null

check_before() {
  enter_state checking
  [ -x "$system/bin/switch-to-configuration" ] ||
    refuse E_NOT_NIXOS "$system has no switch-to-configuration"
  [ -x "$old/bin/switch-to-configuration" ] || [ "$rollback" = false ] || [ "$goal" = boot ] ||
    refuse E_NOT_NIXOS "what runs (${old:-nothing known}) has no switch-to-configuration, so nothing could be restored"
  if [ -e "$switch_lock" ] && command -v flock >/dev/null && ! flock -n "$switch_lock" true; then
    refuse E_LOCKED "another program is switching this host's configuration"
  fi
  [ -z "$pre_activate" ] || check_pre_activate
  ! is_decided || {
    finish failed E_INTERRUPTED "interrupted before anything was changed"
    exit 0
  }
}

check_pre_activate() {
  case $pre_activate in
    "$system"/*) program=$pre_activate ;;
    *) program=$system/${pre_activate#/} ;;
  esac
  run_step flotilla-check "$activation_timeout" yes "$program" "$system" "$old"
  case $status in
    0 | interrupted) ;;
    timeout) refuse E_PRE_ACTIVATE "$pre_activate did not end within $activation_timeout s" ;;
    *) refuse E_PRE_ACTIVATE "$pre_activate said no (exit status $status)" ;;
  esac
}

# Goal boot: nothing changes live, so there is nothing to confirm.
stage() {
  if commit; then
    finish staged - ''
  else
    undo_commit
    finish failed E_COMMIT "$commit_problem"
  fi
}

activate() {
  arm_deadman || refuse E_GUARD_LOST "the deadman's timer could not be started"
  enter_state activating
  run_step flotilla-activate "$activation_timeout" yes "$system/bin/switch-to-configuration" test
  judge_activation || return 0
  check_health || return 0
  await_decision
  if [ "$(decision)" = confirmed ]; then
    conclude_confirmed
  else
    go_back_as_decided
  fi
}

arm_deadman() {
  systemctl stop flotilla-deadman.timer 2>/dev/null
  start_unit flotilla-deadman --on-active="$budget" --timer-property=AccuracySec=100ms \
    --property=Restart=on-failure --property=RestartSec=2 --description="flotilla's deadman of run $run" \
    -- /bin/sh "$live/guard" deadman "$run"
}

# fail CODE MESSAGE: goes back and returns 1; or, where rollback is disabled, remembers the first reason and goes on.
fail() {
  if [ "$rollback" = true ] || [ "$(current_system)" != "$system" ]; then
    go_back "$1" "$2"
    return 1
  fi
  [ -z "$kept_code" ] || return 0
  kept_code=$1
  kept_message=$(one_line "$2")
  put kept "$kept_code
$kept_message"
  keep kept || :
}

judge_activation() {
  case $status in
    0) ;;
    4)
      failing=$(newly_failing_units)
      if [ -z "$failing" ]; then
        note "switch-to-configuration complained of units that had failed before"
      elif [ "$on_failed_units" = ignore ]; then
        note "units failed, which is ignored: $failing"
      else
        fail E_UNITS_FAILED "units failed: $failing" || return 1
      fi
      ;;
    100)
      if [ "$(current_system)" = "$old" ]; then
        finish refused E_NEEDS_REBOOT "the new system cannot be switched to live; deploy it with the goal boot, and reboot"
        return 1
      fi
      fail E_ACTIVATION "switch-to-configuration test exited with 100, yet $(current_system) runs" || return 1
      ;;
    timeout) fail E_ACTIVATION_TIMEOUT "the activation did not end within $activation_timeout s" || return 1 ;;
    interrupted)
      go_back_as_decided
      return 1
      ;;
    killed) fail E_ACTIVATION "the activation was killed" || return 1 ;;
    [0-9]*)
      if has_failed_pre_switch_check; then
        restored_outcome=refused
        fail E_PRE_ACTIVATE "the new system's pre-switch checks said no" || return 1
      else
        fail E_ACTIVATION "switch-to-configuration test exited with $status" || return 1
      fi
      ;;
  esac
  [ "$(current_system)" = "$system" ] ||
    fail E_ACTIVATION "the activation ended, yet $(current_system) runs" || return 1
}

# They come before any change. Going back all the same costs a second, and does not rest on a line of text.
has_failed_pre_switch_check() {
  [ "$status" != 2 ] && [ "$(current_system)" = "$old" ] && [ "$system" != "$old" ] || return 1
  while read -r line; do
    case $line in "Pre-switch checks failed"*) return 0 ;; esac
  done <"$live/log"
  return 1
}

await_decision() {
  enter_state awaiting-confirm "$confirm_timeout"
  pause "$((confirm_timeout + 1))"
  is_decided || claim revert-E_CONFIRM_TIMEOUT || :
}

go_back_as_decided() {
  decided=$(decision)
  case ${decided#revert-} in
    E_CONFIRM_TIMEOUT) go_back E_CONFIRM_TIMEOUT "no confirmation from outside within $confirm_timeout s" ;;
    E_INTERRUPTED) go_back E_INTERRUPTED "the operator called it off" ;;
    *) go_back E_GUARD_LOST "the guard did not answer in its time" ;;
  esac
}

# --- health ---------------------------------------------------------------------------------------------------------

check_health() {
  health_problem=
  health_checks
  if is_decided; then
    go_back_as_decided
    return 1
  fi
  [ -z "$health_problem" ] || fail E_HEALTH "$health_problem"
}

# health_check NAME INTERVAL TIMEOUT CONSECUTIVE KIND ARGUMENT…: as the order calls it, once a check.
health_check() {
  [ -z "$health_problem" ] && ! is_decided || return 0
  check_name=$1 interval=$2 check_timeout=$3 consecutive=$4
  shift 4
  enter_state health "$check_name"
  now
  check_until=$((now + check_timeout + 1))
  successes=0
  while :; do
    now
    left=$((check_until - now))
    [ "$left" -ge 1 ] || left=1
    if probe "$@" >"$live/probe" 2>&1; then
      successes=$((successes + 1))
      [ "$successes" -lt "$consecutive" ] || return 0
    else
      successes=0
    fi
    now
    if [ "$((now + interval))" -ge "$check_until" ]; then
      cat "$live/probe" >>"$live/log"
      health_problem="$check_name: no success within $check_timeout s: $(tail -n 1 "$live/probe")"
      return 0
    fi
    pause "$interval"
    ! is_decided || return 0
  done
}

# probe KIND ARGUMENT…: one try of at most $left seconds; its output says why not.
probe() {
  kind=$1
  shift
  case $kind in
    unit)
      systemctl is-active "$1"
      ;;
    http)
      probe_http "$1" "$2"
      ;;
    tcp)
      if command -v bash >/dev/null; then
        # shellcheck disable=SC2016 # for bash to expand
        timeout "$left" bash -c 'exec 3<>"/dev/tcp/$1/$2"' tcp "$1" "$2"
      elif command -v nc >/dev/null; then
        timeout "$left" nc -z "$1" "$2"
      else
        [ "$(timeout "$left" curl --silent --max-time 3 --output /dev/null --write-out '%{time_connect}' \
          "telnet://$1:$2" </dev/null)" != 0.000000 ]
      fi
      ;;
    command)
      timeout -k 2 "$left" "$@" </dev/null
      ;;
    *)
      echo "this guard knows no health check of the kind $kind"
      return 1
      ;;
  esac
}

# probe_http URL STATUS
probe_http() {
  answer=
  if command -v curl >/dev/null; then
    answer=$(curl --silent --show-error --max-time "$left" --output /dev/null --write-out '%{http_code}' -- "$1")
  elif command -v wget >/dev/null; then
    answer=$(timeout "$left" wget -q -S -O /dev/null "$1" 2>&1 | while read -r first second _; do
      case $first in HTTP/*) printf '%s\n' "$second" ;; esac
    done | tail -n 1)
  else
    echo "neither curl nor wget is on this host"
    return 1
  fi
  # 000 is curl's way to say that there was no answer; it has said why.
  [ "$answer" = 000 ] || echo "answered ${answer:-nothing}, not $2"
  [ "$answer" = "$2" ]
}

# --- runs that lost their supervisor --------------------------------------------------------------------------------

# settle RUN CODE MESSAGE: nobody looks after this run any more; brings it to an end that is true.
settle() {
  enter_run "$1"
  if [ ! -d "$live" ]; then
    (umask 077 && mkdir -p "$live") && for file in "$record"/*; do
      case $file in
        */reserve | *.new) ;;
        *) cp "$file" "$live/" ;;
      esac
    done
  fi
  read_order
  if has_outcome; then
    release
    return 0
  fi
  (umask 077 && mkdir -p "$record") || :
  kill_steps
  read_findings
  settle_state=$(first_line "$live/state")
  case $settle_state in
    '' | starting | checking)
      if [ ! -s "$live/boot-id" ] || is_same_boot; then
        finish failed "$2" "$3, before anything was changed"
      else
        finish failed E_POWER_LOSS "the host rebooted before anything was changed"
      fi
      ;;
    *)
      if is_same_boot; then
        settle_same_boot "$2" "$3"
      else
        settle_after_reboot
      fi
      ;;
  esac
}

is_same_boot() {
  [ "$(first_line "$live/boot-id")" = "$(boot_id)" ]
}

settle_same_boot() {
  if [ "$goal" = boot ]; then
    stage
    return
  fi
  claim "revert-$1"
  if [ "$(decision)" = confirmed ]; then
    note "$2; another process finished its work"
    conclude_confirmed
  elif [ -e "$live/cause" ]; then
    # It was going back already: that is why.
    { read -r cause_code && read -r cause_message; } <"$live/cause"
    go_back "$cause_code" "$cause_message"
  else
    case $(decision) in
      revert-E_GUARD_LOST) go_back "$1" "$2" ;;
      *) go_back_as_decided ;;
    esac
  fi
}

# What runs now was chosen by the boot loader, and settles the matter.
settle_after_reboot() {
  running=$(current_system)
  cause_code=E_POWER_LOSS cause_message="the host rebooted while the run was $settle_state"
  [ ! -e "$live/cause" ] || { read -r cause_code && read -r cause_message; } <"$live/cause"
  if [ -e "$live/rebooting" ]; then
    note "the previous system could be restored only by a reboot"
  fi
  if [ -e "$live/committed" ]; then
    [ "$running" = "$system" ] || note "since the commit the host has rebooted; $running runs now"
    if [ "$goal" = boot ] && [ "$running" != "$system" ]; then finish staged - ''; else finish deployed - ''; fi
  elif [ "$running" = "$system" ] && [ "$running" != "$old" ]; then
    settle_booted_new
  elif [ "$running" = "$old" ] || [ "$running" = "$old_profile" ]; then
    if [ "$(readlink -f "$profile")" = "$system" ] && [ "$old_profile" != "$system" ]; then
      undo_commit
      note "the profile had been moved already; it is back at generation $old_generation"
    fi
    if [ "$goal" = boot ]; then
      finish failed "$cause_code" "$cause_message; the boot default is as it was"
    else
      finish rolled-back "$cause_code" "$cause_message"
    fi
  else
    finish failed "$cause_code" "$cause_message; $running runs, neither the new system nor the previous one"
  fi
}

settle_booted_new() {
  note "the host rebooted into the new system before the run was at its end"
  if [ "$(readlink -f "$profile")" != "$system" ]; then
    finish failed E_POWER_LOSS "the host rebooted into the new system, whose profile points elsewhere"
  elif commit; then
    finish deployed - ''
  else
    note "$commit_problem"
    finish deployed - ''
  fi
}

# Before a new run notes what is there, earlier ones must be at their end.
settle_others() {
  for directory in "$records"/* "$runtime"/runs/*; do
    name=${directory##*/}
    if [ -e "$directory/order" ] && [ "$name" != "$run" ] && [ ! -e "$records/$name/outcome" ] &&
      [ ! -e "$runtime/runs/$name/outcome" ]; then
      sh "$live/guard" settle "$name" E_GUARD_LOST "the guard ended" || :
    fi
  done
}

# stop-post RUN: systemd runs this when the supervisor has ended, however it did.
stop_post() {
  enter_run "$1"
  if has_outcome; then
    release
    return 0
  fi
  # The machine goes down: it boots the old system, and the next contact settles the rest.
  [ "$(systemctl is-system-running 2>/dev/null)" != stopping ] || return 0
  settle "$run" E_GUARD_LOST "the guard was killed"
}

# deadman RUN: its time is up and nobody has stopped the timer, or the supervisor's unit has failed.
deadman() {
  enter_run "$1"
  read_order
  [ ! -e "$live/outcome" ] || return 0
  claim revert-E_GUARD_LOST
  deadman_reason="the guard was killed"
  if [ "$(holder)" = "$run" ] && is_any_alive flotilla-guard.service; then
    deadman_reason="the guard did not answer in its time"
    state_before=$(first_line "$live/state")
    now
    case $state_before in
      # It is at work on the end; that has deadlines of its own.
      reverting | committing) deadman_until=$((now + 4 * activation_timeout + 300)) ;;
      # A supervisor that lives sees the decision at once.
      *) deadman_until=$((now + 5)) ;;
    esac
    while [ "$now" -lt "$deadman_until" ] && [ ! -e "$live/outcome" ] && is_any_alive flotilla-guard.service; do
      sleep 1
      now
      [ "$(first_line "$live/state")" = "$state_before" ] || {
        state_before=reverting
        deadman_until=$((now + 4 * activation_timeout + 300))
      }
    done
    if [ ! -e "$live/outcome" ]; then
      # Its own process alone, however systemctl spells that: a kill of the unit would take its stop-post too.
      main=$(systemctl show --property=MainPID flotilla-guard.service)
      main=${main#MainPID=}
      [ "${main:-0}" -le 1 ] || kill -KILL "$main" 2>/dev/null
      # Its stop-post takes over now, and is given its time.
      while [ ! -e "$live/outcome" ] && is_any_alive flotilla-guard.service; do sleep 1; done
    fi
  fi
  [ -e "$live/outcome" ] || settle "$run" E_GUARD_LOST "$deadman_reason"
}

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
  command -v systemd-run >/dev/null || say_error E_NOT_NIXOS "this host has no systemd-run"
  stop_seconds=$((4 * activation_timeout + 300))
  tries=0
  until failure=$(start_unit flotilla-guard --service-type=exec --description="flotilla's guard of run $run" \
    --property=OOMScoreAdjust=-500 --property=TimeoutStopSec="$stop_seconds" \
    --property=ExecStopPost="/bin/sh $live/guard stop-post $run" --property=OnFailure=flotilla-deadman.service \
    -- /bin/sh "$live/guard" supervise "$run" 2>&1); do
    tries=$((tries + 1))
    [ "$tries" -ge 2 ] && [ -n "$(holder)" ] || [ "$tries" -ge 20 ] || {
      # The one who was quicker may not have written its name yet, or be at its end and just leaving.
      sleep 0.5
      continue
    }
    rm -rf "$live"
    if is_any_alive flotilla-guard.service; then say_error E_LOCKED "$(describe_holder)"; fi
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
  tr -d '\000-\010\013-\037\177' | cut -b 1-2000 | while IFS= read -r line; do printf 'L %s\n' "$line"; done
}

say_end() {
  # A last line without its newline.
  [ ! -e "$place/log" ] || tail -n "+$((log_seen + 1))" "$place/log" | say_lines
  outcome='' code='' message=''
  { read -r outcome && read -r code && read -r message; } <"$place/outcome"
  say "O $outcome $code $message"
}

# Nobody looks after the run: have it settled, under the host's lock. Whoever is quicker does.
start_settling() {
  start_unit flotilla-guard --service-type=exec --description="flotilla settles run $run" \
    -- /bin/sh "$place/guard" settle "$run" E_GUARD_LOST "the guard ended" 2>/dev/null || :
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
    "$1")
      say "flotilla-guard 1 $run"
      say "N the host has no record of the run; the new system runs"
      say "O deployed - "
      return
      ;;
    "$2")
      say "flotilla-guard 1 $run"
      say "N the host has no record of the run; the previous system runs"
      say "O rolled-back E_POWER_LOSS the host lost its record of the run"
      return
      ;;
  esac
  say_error E_NO_SUCH_RUN "this host has no record of run $run, and runs ${running:-nothing known}"
}

main() {
  exec </dev/null
  verb=${1:-}
  [ "$#" = 0 ] || shift
  case $verb in
    start) start "${1:-}" ;;
    follow) follow "${1:-}" "${2:-0}" "${3:-0}" ;;
    confirm) confirm "${1:-}" "${2:-0}" "${3:-0}" ;;
    revert) revert "${1:-}" "${2:-0}" "${3:-0}" ;;
    reconcile) reconcile "${1:-}" "${2:-}" "${3:-}" ;;
    supervise) supervise "${1:-}" ;;
    settle) settle "${1:-}" "$2" "$3" ;;
    stop-post) stop_post "${1:-}" ;;
    deadman) deadman "${1:-}" ;;
    step) step "$@" ;;
    *) say_error E_USAGE "the guard has no verb '$verb'" ;;
  esac
}

main "$@"
exit
