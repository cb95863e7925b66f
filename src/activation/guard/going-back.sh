# --- the way back ---------------------------------------------------------------------------------------------------

# What the run ends with when all is as it was.
restored_outcome=rolled-back

# go_back CODE MESSAGE: takes back every profile whose activation was begun, the last one first, each to the generation
# it had, and sees the old system running. Returns when the run is at its end.
go_back() {
  claim "revert-$1"
  put cause "$1
$(one_line "$2")"
  keep cause || :
  kill_steps
  if [ "$rollback" = false ]; then
    finish_kept "$1" "$2"
    return
  fi
  enter_state reverting "$2"
  unrestored='' without_return='' needs_reboot=no
  for number in $(begun_profiles); do
    use_profile "$number"
    take_back || unrestored="$unrestored $profile_name"
  done
  conclude_return "$1" "$2"
}

# The numbers of the profiles whose activation was begun, the last one first.
begun_profiles() {
  count=$(first_line "$live/begun")
  count=${count:-0}
  while [ "$count" -ge 1 ]; do
    printf '%s\n' "$count"
    count=$((count - 1))
  done
}

# conclude_return CODE MESSAGE: nothing is called restored that is not.
conclude_return() {
  [ -n "$unrestored$without_return" ] || check_units_of_old
  if [ "$needs_reboot" = yes ]; then
    last_resort "$1" "$2"
  elif [ -n "$unrestored" ]; then
    finish failed E_ROLLBACK "$2; not restored:$unrestored"
  elif [ -n "$without_return" ]; then
    finish failed "$1" "$2; nothing to go back to:$without_return"
  else
    finish "$restored_outcome" "$1" "$2"
  fi
}

check_units_of_old() {
  failing=$(newly_failing_units)
  if [ -n "$failing" ]; then
    sleep 3
    failing=$(newly_failing_units)
  fi
  [ -z "$failing" ] || note "units that fail in the previous system, and did not before: $failing"
}

# Takes back the profile that is looked at. Sets $needs_reboot where only a reboot can, and adds to $without_return what
# never had a generation to go back to.
take_back() {
  case $profile_way in
    nixos) take_back_system ;;
    *) take_back_generation ;;
  esac
}

take_back_system() {
  if restore_running_system; then
    [ "$status" = 0 ] || note "${profile_label}the previous system's switch-to-configuration exited with $status"
    return 0
  fi
  needs_reboot=yes
  return 1
}

restore_running_system() {
  attempt=1
  while [ "$attempt" -le "$revert_attempts" ]; do
    wait_for_switch_lock
    # The old system's own pre-switch checks have no say: it ran a moment ago.
    run_step "revert-$attempt" "$activation_timeout" no env NIXOS_NO_CHECK=1 "$old/bin/switch-to-configuration" test
    case $status in
      # 2 to 4 are complaints after the switch; what counts is what runs.
      0 | 2 | 3 | 4) [ "$(current_system)" != "$old" ] || return 0 ;;
    esac
    note "${profile_label}attempt $attempt to restore the previous system: switch-to-configuration ended with $status"
    attempt=$((attempt + 1))
    sleep 2
  done
  return 1
}

take_back_generation() {
  way_back=take_back_$(printf '%s\n' "$profile_way" | tr - _)
  attempt=1
  while :; do
    wait_for_switch_lock
    run_step "revert-$attempt" "$activation_timeout" no in_profile "$number" "$way_back"
    [ "$status" != 0 ] || break
    note "${profile_label}attempt $attempt to go back to generation ${profile_old_generation:-(none)} ended with $status"
    attempt=$((attempt + 1))
    [ "$attempt" -le "$revert_attempts" ] || return 1
    sleep 2
  done
  if ! has_activation "$profile_old_path"; then
    without_return="$without_return $profile_name"
    note "$profile_name: its profile is as it was, but there was nothing before it to activate in its place"
  fi
  # What ran need not be what the profile held.
  if [ -n "$profile_system" ] && [ "$(current_system)" != "$old" ]; then
    if [ -x "$old/bin/switch-to-configuration" ]; then
      restore_running_system || return 1
    else
      note "${profile_label}$(current_system) runs"
      [ -z "$old" ] || return 1
    fi
  fi
}

# rollback is disabled: what runs is kept, but nothing unconfirmed becomes what boots.
finish_kept() {
  kept=
  for number in $(begun_profiles); do
    use_profile "$number"
    if [ "$profile_way" != nixos ]; then
      kept="$profile_name${kept:+ }$kept"
    elif is_new_system_running; then
      note "the new system was kept, because rollback is disabled; the boot default is as it was"
    else
      note "nothing was restored, because rollback is disabled; $(current_system) runs"
    fi
  done
  [ -z "$kept" ] || note "kept as they are, because rollback is disabled: $kept"
  finish failed "$1" "$2"
}

# The old system cannot be restored live, but it is still what boots.
last_resort() {
  for number in $(begun_profiles); do
    use_profile "$number"
    if [ "$profile_way" = nixos ] && [ "$(resolve_profile)" = "$profile_path" ] && [ "$profile_system" != "$old" ]; then
      finish failed E_ROLLBACK "$2; the previous system could not be restored, and is not the boot default"
      return
    fi
  done
  put rebooting yes
  keep rebooting || :
  enter_state reverting "the previous system could not be restored live: rebooting into it"
  reboot_host
  sleep 30
  finish failed E_ROLLBACK "$2; the previous system could not be restored, and a reboot into it failed"
}

# Another program's switch is let finish, for a while.
wait_for_switch_lock() {
  [ ! -e "$switch_lock" ] || ! command -v flock >/dev/null || flock -w 30 "$switch_lock" true || :
}

go_back_as_decided() {
  decided=$(decision)
  case ${decided#revert-} in
    E_CONFIRM_TIMEOUT) go_back E_CONFIRM_TIMEOUT "no confirmation from outside within $confirm_timeout s" ;;
    E_INTERRUPTED) go_back E_INTERRUPTED "the operator called it off" ;;
    *) go_back E_GUARD_LOST "the guard did not answer in its time" ;;
  esac
}
