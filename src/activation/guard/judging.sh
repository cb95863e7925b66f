# --- whether an activation went well --------------------------------------------------------------------------------

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
