# --- the supervisor -------------------------------------------------------------------------------------------------

supervise() {
  enter_run "$1"
  read_order
  [ ! -e "$live/outcome" ] || return 0
  other=$(holder)
  if [ -n "$other" ] && [ "$other" != "$run" ] && is_deadman_alive; then
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
  printf '%s\n' "$(failing_units)" >"$live/failed-before"
  login_user >"$live/login-user"
  boot_id >"$live/boot-id"
  look_at_profiles
  read_findings
  record_findings || refuse E_TARGET_DISK_FULL "the run cannot be recorded in $record"
  enter_state starting
  [ -z "$homeless" ] || refuse E_CONFIGURATION "$homeless"
  make_gcroots || refuse E_TARGET_DISK_FULL "the new system cannot be rooted in $gcroots"
}

look_at_profiles() {
  homeless='' number=1
  while [ "$number" -le "$profile_count" ]; do
    look_at_profile || homeless="$profile_name: this host has no user $profile_user"
    number=$((number + 1))
  done
}

look_at_profile() {
  found_profile "$number" >"$live/profile-$number.new" && mv -f "$live/profile-$number.new" "$live/profile-$number"
}

# Of a user whom the system before it may have brought just now.
look_again() {
  look_at_profile || return 0
  use_profile "$number"
  keep "profile-$number" || :
}

# The reserve is given back for the outcome, should the disk fill up meanwhile.
record_findings() {
  set -- guard order old failed-before login-user boot-id
  for file in "$live"/profile-*; do
    set -- "$@" "${file##*/}"
  done
  (umask 077 && mkdir -p "$record") && keep "$@" && dd if=/dev/zero of="$record/reserve" bs=65536 count=1
} 2>/dev/null

# Those of what is new have been there since before it was copied. One that is a week old belongs to a run that never
# came to its guard: nobody else takes it away.
make_gcroots() {
  [ ! -d "$gcroots" ] || find "$gcroots" -type l -mtime +7 -exec rm -f {} + || :
  mkdir -p "$gcroots" && make_gcroot old "$old" || return 1
  number=1
  while [ "$number" -le "$profile_count" ]; do
    use_profile "$number"
    make_gcroot "new-$number" "$profile_path" && make_gcroot "old-$number" "$profile_old_path" || return 1
    number=$((number + 1))
  done
} 2>/dev/null

make_gcroot() {
  [ -z "$2" ] || ln -sfn "$2" "$gcroots/$run-$1"
}

check_before() {
  enter_state checking
  number=1
  while [ "$number" -le "$profile_count" ]; do
    use_profile "$number"
    check_profile
    number=$((number + 1))
  done
  if [ -e "$switch_lock" ] && command -v flock >/dev/null && ! flock -n "$switch_lock" true; then
    refuse E_LOCKED "another program is switching this host's configuration"
  fi
  [ -z "$pre_activate" ] || check_pre_activate
  ! is_decided || {
    finish failed E_INTERRUPTED "interrupted before anything was changed"
    exit 0
  }
}

check_profile() {
  case $goal:$profile_way in
    boot:home-manager | boot:darwin)
      refuse E_USAGE "${profile_label}a $profile_way profile takes effect at once, so that it cannot be had at the next boot"
      ;;
    test:deploy-rs | test:home-manager | test:darwin)
      refuse E_USAGE "${profile_label}a $profile_way profile cannot be tried: its activation sets it"
      ;;
  esac
  case $profile_way in
    nixos)
      [ -x "$profile_path/bin/switch-to-configuration" ] ||
        refuse E_NOT_NIXOS "${profile_label}$profile_path has no switch-to-configuration"
      [ -x "$profile_system/bin/switch-to-configuration" ] ||
        refuse E_CONFIGURATION "${profile_label}$profile_path has no specialisation $profile_specialisation"
      [ -x "$old/bin/switch-to-configuration" ] || [ "$rollback" = false ] || [ "$goal" = boot ] ||
        refuse E_NOT_NIXOS "what runs (${old:-nothing known}) has no switch-to-configuration, so nothing could be restored"
      ;;
    deploy-rs)
      [ -x "$profile_path/deploy-rs-activate" ] ||
        refuse E_CONFIGURATION "${profile_label}$profile_path has no deploy-rs-activate"
      ;;
    *)
      [ -x "$profile_path/activate" ] || refuse E_CONFIGURATION "${profile_label}$profile_path has no program activate"
      ;;
  esac
}

check_pre_activate() {
  use_profile 1
  case $pre_activate in
    "$profile_path"/*) program=$pre_activate ;;
    *) program=$profile_path/${pre_activate#/} ;;
  esac
  run_step check "$activation_timeout" yes "$program" "$profile_path" "$old"
  case $status in
    0 | interrupted) ;;
    timeout) refuse E_PRE_ACTIVATE "$pre_activate did not end within $activation_timeout s" ;;
    *) refuse E_PRE_ACTIVATE "$pre_activate said no (exit status $status)" ;;
  esac
}

activate() {
  arm_deadman || refuse E_GUARD_LOST "the deadman could not be started"
  number=1
  while [ "$number" -le "$profile_count" ]; do
    use_profile "$number"
    [ -n "$profile_link" ] || look_again
    put begun "$number"
    if [ "$profile_count" = 1 ]; then enter_state activating; else enter_state activating "$profile_name"; fi
    activate_profile
    judge_activation || return 0
    [ "$dropped" = no ] || break
    number=$((number + 1))
  done
  check_health || return 0
  await_decision
  if [ "$(decision)" = confirmed ]; then
    conclude_confirmed
  else
    go_back_as_decided
  fi
}

# Sets $status. A system that was made what boots by its own script is only kept so once it is confirmed.
activate_profile() {
  case $profile_way in
    nixos)
      run_step activate "$activation_timeout" yes "$profile_system/bin/switch-to-configuration" test
      return
      ;;
    deploy-rs) run_step activate "$activation_timeout" yes in_profile "$number" activate_deploy_rs ;;
    home-manager) run_step activate "$activation_timeout" yes in_profile "$number" activate_home_manager ;;
    darwin) run_step activate "$activation_timeout" yes in_profile "$number" activate_darwin ;;
  esac
  if [ "$status" = 0 ] && [ "$profile_way" = deploy-rs ] && [ -n "$profile_system" ]; then
    hold_boot_default || status=boot-default
  fi
}

# fail CODE MESSAGE: goes back and returns 1. Or goes on: where rollback is disabled and the new system runs all the same,
# and where the profiles before this one are to be kept; the first reason is remembered.
dropped=no
fail() {
  if [ "$rollback" = false ]; then
    is_new_system_running || {
      go_back "$1" "$2"
      return 1
    }
    remember "$1" "$2"
  elif [ "$keep_succeeded" = true ] && [ "$number" -gt 1 ] && [ "$dropped" = no ] && ! is_decided; then
    drop_profile "$1" "$2"
  else
    go_back "$1" "$2"
    return 1
  fi
}

remember() {
  [ -z "$kept_code" ] || return 0
  kept_code=$1
  kept_message=$(one_line "$2")
  put kept "$kept_code
$kept_message"
  keep kept || :
}

# drop_profile CODE MESSAGE: takes back this one alone; the ones before it are confirmed and kept as if it had not been.
drop_profile() {
  enter_state reverting "$2"
  unrestored='' without_return='' needs_reboot=no
  if ! take_back; then
    go_back "$1" "$2"
    return 1
  fi
  dropped=yes
  remember "$1" "$2"
  put begun "$((number - 1))"
  keep begun || :
  note_kept
}

# Of the profile that was just activated; returns 1 when the run is at its end.
judge_activation() {
  case $status in
    0) ;;
    timeout)
      fail E_ACTIVATION_TIMEOUT "${profile_label}the activation did not end within $activation_timeout s"
      return
      ;;
    interrupted)
      go_back_as_decided
      return 1
      ;;
    killed)
      fail E_ACTIVATION "${profile_label}the activation was killed"
      return
      ;;
    boot-default)
      fail E_COMMIT "${profile_label}the boot default could not be put back until the confirmation"
      return
      ;;
    *)
      if [ "$profile_way" != nixos ]; then
        fail E_ACTIVATION "${profile_label}the activation ended with $status"
        return
      fi
      judge_switch || return
      ;;
  esac
  [ "$dropped" = no ] || return 0
  [ -z "$profile_system" ] || [ "$profile_way" = deploy-rs ] || is_new_system_running ||
    fail E_ACTIVATION "${profile_label}the activation ended, yet $(current_system) runs"
}

# What switch-to-configuration test means by its exit status.
judge_switch() {
  case $status in
    4)
      failing=$(newly_failing_units)
      if [ -z "$failing" ]; then
        note "${profile_label}switch-to-configuration complained of units that had failed before"
      elif [ "$on_failed_units" = ignore ]; then
        note "${profile_label}units failed, which is ignored: $failing"
      else
        fail E_UNITS_FAILED "${profile_label}units failed: $failing"
      fi
      ;;
    100)
      if [ "$(current_system)" != "$old" ]; then
        fail E_ACTIVATION "${profile_label}switch-to-configuration test exited with 100, yet $(current_system) runs"
      elif [ "$number" = 1 ]; then
        finish refused E_NEEDS_REBOOT "the new system cannot be switched to live; deploy it with the goal boot, and reboot"
        return 1
      else
        fail E_NEEDS_REBOOT "${profile_label}the new system cannot be switched to live"
      fi
      ;;
    *)
      if has_failed_pre_switch_check; then
        [ "$number" != 1 ] || restored_outcome=refused
        fail E_PRE_ACTIVATE "${profile_label}the new system's pre-switch checks said no"
      else
        fail E_ACTIVATION "${profile_label}switch-to-configuration test exited with $status"
      fi
      ;;
  esac
}

# They come before any change. Going back all the same costs a second, and does not rest on a line of text.
has_failed_pre_switch_check() {
  [ "$status" != 2 ] && [ "$(current_system)" = "$old" ] && [ "$profile_system" != "$old" ] || return 1
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
