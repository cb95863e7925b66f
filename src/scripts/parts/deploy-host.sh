# shellcheck shell=sh disable=SC2154,SC2034 # a part of one script
# One host's way: reach, check, bring its closures, activate. Nothing is changed there before all of that is well.

# deploy NUMBER: its settings are what host_NUMBER sets; logins_, confirmations_, profiles_, checks_, inspection_ and
# launch_NUMBER hand the rest to whatever they are given.
deploy() {
  number=$1
  "host_$1"
  for predecessor in $predecessors; do
    case $succeeded in *" $predecessor "*) continue ;; esac
    halt_host "$predecessor"
    return 0
  done
  if ! reach; then
    if [ "$offline" = skip ]; then end_host skipped - ''; else end_host unreachable E_UNREACHABLE "no login"; fi
    return 0
  fi
  if ! is_allowed; then return 0; fi
  if [ -n "$settled_path" ] && [ "$current_system" = "$settled_path" ]; then
    if [ "$goal" = test ] || [ "$profile_system" = "$settled_path" ]; then
      end_host unchanged - ''
      return 0
    fi
  fi
  if ! may_change; then return 0; fi
  closure_code='' paths=
  "profiles_$number" list_paths
  eval "keep_roots $paths" || closure_failure E_TARGET_DISK_FULL "the new system cannot be rooted on the host"
  "profiles_$number" ensure_profile
  if [ -n "$closure_code" ]; then
    end_host failed "$closure_code" "$closure_message"
    return 0
  fi
  activate
}

list_paths() {
  paths="$paths$(quote "$3")"
}

# Whether the machine is the kind that is meant.
is_allowed() {
  if [ "$needs_nixos" = yes ] && [ "$is_nixos" = no ]; then
    refuse E_NOT_NIXOS "$address ($machine) does not run NixOS"
    return 1
  fi
  case " $machines " in
    '  ' | *" $machine-$kernel_name "*) ;;
    *)
      refuse E_WRONG_SYSTEM "the configuration is for $platform, the machine is $machine ($kernel_name)"
      return 1
      ;;
  esac
}

# Whether it can and may be changed now.
may_change() {
  if [ -n "$holder" ]; then
    refuse E_LOCKED "run $holder holds the host"
  elif [ "$is_root" = no ]; then
    refuse E_ELEVATION "the login user cannot become root without a password, neither by sudo nor by doas nor by run0"
  elif [ "$replace_unknown" = false ] && [ ! -e "${profile_system:-$current_system}" ]; then
    refuse E_UNKNOWN_PROFILE "${profile_system:-$current_system} was not deployed from here, and deployment.replaceUnknownProfiles is false"
  elif [ "$needs_nixos" = no ] || [ "$state" = running ]; then
    return 0
  else
    case $state:$allow_degraded in
      degraded:true | initializing:true | starting:true) return 0 ;;
      degraded:*) refuse E_DEGRADED "units of the host have failed already: ${failed_units%% *}" ;;
      *) refuse E_NOT_READY "systemd of the host is ${state:-not there}" ;;
    esac
  fi
  return 1
}
