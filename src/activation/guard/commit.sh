# --- what boots -----------------------------------------------------------------------------------------------------

# What was activated was reached from outside: keep it.
conclude_confirmed() {
  if [ "$goal" = test ]; then
    if [ -n "$kept_code" ]; then finish failed "$kept_code" "$kept_message"; else finish tested - ''; fi
    return
  fi
  if commit; then
    if [ -z "$kept_code" ]; then
      finish deployed - ''
    else
      [ "$rollback" = true ] || note "the new system was kept and is the boot default, because rollback is disabled"
      finish failed "$kept_code" "$kept_message"
    fi
    return
  fi
  undo_commit
  # The link says `confirmed`, and a second life of this run must not commit again.
  rm -f "$live/decided"
  go_back E_COMMIT "$commit_problem"
}

# Makes what was activated what boots. Can be repeated.
commit() {
  enter_state committing
  committed_until=$(first_line "$live/begun")
  number=1
  while [ "$number" -le "$committed_until" ]; do
    use_profile "$number"
    commit_profile || return 1
    number=$((number + 1))
  done
  put committed yes
  keep committed || :
}

# A profile that was set before its activation has nothing left to do, unless it is a system.
commit_profile() {
  if ! set_profile >>"$live/log" 2>&1; then
    commit_problem="${profile_label}the profile could not be set to the new system"
    return 1
  fi
  case $profile_way in
    nixos) write_boot_loader ;;
    deploy-rs) [ -z "$profile_system" ] || write_boot_loader ;;
  esac
}

write_boot_loader() {
  set -- "$profile_path/bin/switch-to-configuration" boot
  [ "$install_bootloader" = false ] || set -- env NIXOS_INSTALL_BOOTLOADER=1 "$@"
  [ "$skip_switch_checks" = false ] || set -- env NIXOS_NO_CHECK=1 "$@"
  run_step commit "$commit_timeout" no "$@"
  case $status in
    0) ;;
    timeout) commit_problem="${profile_label}the boot loader was not installed within $commit_timeout s" ;;
    *) commit_problem="${profile_label}the boot loader could not be installed (switch-to-configuration boot: $status)" ;;
  esac
  [ "$status" = 0 ]
}

# The machine must boot what its boot loader says: the profile goes back, and the boot loader is written from it, since
# the failed attempt may have left it half done. The others go back with what they activated.
undo_commit() {
  for number in $(begun_profiles); do
    use_profile "$number"
    [ "$profile_way" != nixos ] || undo_profile
  done
}

undo_profile() {
  if ! restore_profile >>"$live/log" 2>&1; then
    note "${profile_label}the profile could not be put back to generation ${profile_old_generation:-(none)}"
    return
  fi
  hold_boot_default ||
    note "${profile_label}the boot loader could not be written anew for the previous system ($status): see what it boots"
}

# Lets the machine boot the profile's old system. What is in a user's own profile is nothing that root would run.
hold_boot_default() {
  [ "$profile_user" = root ] && [ -x "$profile_old_path/bin/switch-to-configuration" ] || return 0
  run_step commit "$commit_timeout" no env NIXOS_NO_CHECK=1 "$profile_old_path/bin/switch-to-configuration" boot
  [ "$status" = 0 ]
}

# Goal boot: nothing changes live, so there is nothing to confirm.
stage() {
  number=1
  while [ "$number" -le "$profile_count" ]; do
    use_profile "$number"
    put begun "$number"
    enter_state committing
    if ! stage_profile; then
      unstage
      finish failed "$stage_code" "$commit_problem"
      return
    fi
    number=$((number + 1))
  done
  put committed yes
  keep committed || :
  finish staged - ''
}

stage_profile() {
  stage_code=E_COMMIT
  if [ "$profile_way" = nixos ]; then
    commit_profile
    return
  fi
  stage_code=E_ACTIVATION
  run_step commit "$commit_timeout" no in_profile "$number" stage_deploy_rs
  commit_problem="${profile_label}deploy-rs-activate ended with $status"
  [ "$status" = 0 ]
}

unstage() {
  for number in $(begun_profiles); do
    use_profile "$number"
    undo_profile
    if [ "$keep_succeeded" = true ]; then
      put begun "$((number - 1))"
      note_kept
      return
    fi
  done
}

# Says what stays as it was activated, though the run has failed.
note_kept() {
  staying=
  for number in $(begun_profiles); do
    use_profile "$number"
    staying="$profile_name${staying:+ }$staying"
  done
  [ -z "$staying" ] || note "kept, as they went well: $staying"
}
