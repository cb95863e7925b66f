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
      set -- "$profile_system/bin/switch-to-configuration" test
      [ "$skip_switch_checks" = false ] || set -- env NIXOS_NO_CHECK=1 "$@"
      run_step activate "$activation_timeout" yes "$@"
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

await_decision() {
  enter_state awaiting-confirm "$confirm_timeout"
  pause "$((confirm_timeout + 1))"
  is_decided || claim revert-E_CONFIRM_TIMEOUT || :
}
