# --- what is refused before any change ------------------------------------------------------------------------------

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
  set -- "$program" "$profile_path" "$old"
  [ "$profile_user" = root ] || set -- as_user "$profile_user" "$@"
  run_step check "$activation_timeout" yes "$@"
  case $status in
    0 | interrupted) ;;
    timeout) refuse E_PRE_ACTIVATE "$pre_activate did not end within $activation_timeout s" ;;
    *) refuse E_PRE_ACTIVATE "$pre_activate said no (exit status $status)" ;;
  esac
}
