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

# Which system runs was chosen by the boot loader, and settles the matter for it; whatever else was activated outlives a
# reboot, and is taken back or kept with it.
settle_after_reboot() {
  running=$(current_system)
  cause_code=E_POWER_LOSS cause_message="the host rebooted while the run was $settle_state"
  [ ! -e "$live/cause" ] || { read -r cause_code && read -r cause_message; } <"$live/cause"
  if [ -e "$live/rebooting" ]; then
    note "the previous system could be restored only by a reboot"
  fi
  if [ -e "$live/committed" ]; then
    settle_committed
  elif use_tried_system && [ "$running" = "$profile_system" ] && [ "$running" != "$old" ]; then
    settle_booted_new
  else
    settle_uncommitted
  fi
}

# Looks at the profile of the system that ran before it was what boots, where the run has begun one.
use_tried_system() {
  for number in $(begun_profiles); do
    use_profile "$number"
    [ "$profile_way" != nixos ] || return 0
  done
  return 1
}

settle_committed() {
  if ! use_tried_system; then
    profile_system=$running
  elif [ "$running" != "$profile_system" ] && [ "$running" != "$(system_in "$profile_path")" ]; then
    note "since the commit the host has rebooted; $running runs now"
  fi
  if [ -n "$kept_code" ]; then
    finish failed "$kept_code" "$kept_message"
  elif [ "$goal" = boot ] && [ "$running" != "$profile_system" ]; then
    finish staged - ''
  else
    finish deployed - ''
  fi
}

settle_booted_new() {
  note "the host rebooted into the new system before the run was at its end"
  if [ "$(resolve_profile)" != "$profile_path" ]; then
    finish failed E_POWER_LOSS "the host rebooted into the new system, whose profile points elsewhere"
    return
  fi
  commit || note "$commit_problem"
  if [ -n "$kept_code" ]; then
    finish failed "$kept_code" "$kept_message"
  elif [ "$(first_line "$live/begun")" = "$profile_count" ]; then
    finish deployed - ''
  else
    finish failed E_POWER_LOSS "the host rebooted before all its profiles were activated"
  fi
}

settle_uncommitted() {
  unrestored='' without_return='' needs_reboot=no elsewhere=
  for number in $(begun_profiles); do
    use_profile "$number"
    if [ "$profile_way" = nixos ] || [ "$goal" = boot ]; then
      take_back_unbooted
    elif [ "$rollback" = true ]; then
      enter_state reverting "$cause_message"
      take_back || unrestored="$unrestored $profile_name"
    fi
  done
  if [ -n "$elsewhere" ]; then
    finish failed "$cause_code" "$cause_message; $running runs, neither the new system nor the previous one"
  elif [ "$goal" = boot ]; then
    finish failed "$cause_code" "$cause_message; the boot default is as it was"
  else
    conclude_return "$cause_code" "$cause_message"
  fi
}

# The new system does not run. Its profile may have been moved before the power cut.
take_back_unbooted() {
  if [ "$profile_way" = nixos ] && [ "$running" != "$old" ] && [ "$running" != "$(system_in "$profile_old_path")" ]; then
    elsewhere=yes
    return
  fi
  if [ "$(resolve_profile)" = "$profile_path" ] && [ "$profile_old_path" != "$profile_path" ]; then
    undo_profile
    note "${profile_label}the profile had been moved already; it is back at generation $profile_old_generation"
  fi
}

# Before a new run notes what is there, earlier ones must be at their end; each is settled by the guard that began it.
settle_others() {
  for directory in "$records"/* "$runtime"/runs/*; do
    name=${directory##*/}
    if [ -e "$directory/order" ] && [ "$name" != "$run" ] && [ ! -e "$records/$name/outcome" ] &&
      [ ! -e "$runtime/runs/$name/outcome" ]; then
      sh "$directory/guard" settle "$name" E_GUARD_LOST "the guard ended" || :
    fi
  done
}
