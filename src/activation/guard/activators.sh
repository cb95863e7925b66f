# --- how each kind of profile is brought to life, and taken back ----------------------------------------------------

# These run as steps, so that each can be ended with all it started; what they print is the run's log.

# activate_deploy_rs: the profile first, then its script from there, as deploy-rs does.
activate_deploy_rs() {
  set_profile || return 1
  run_deploy_rs_script "$profile_link" 0
}

# run_deploy_rs_script PROFILE BOOT
run_deploy_rs_script() (
  cd "$1" || exit 1
  as_user "$profile_user" env "PROFILE=$1" DRY_ACTIVATE=0 "BOOT=$2" "$1/deploy-rs-activate"
)

stage_deploy_rs() {
  set_profile || return 1
  run_deploy_rs_script "$profile_link" 1
}

take_back_deploy_rs() {
  restore_profile || return 1
  if [ -x "$profile_old_path/deploy-rs-activate" ]; then
    run_deploy_rs_script "$profile_link" 0
  elif [ -x "$profile_old_path/bin/switch-to-configuration" ]; then
    # Deployed by another tool before. Not as root, unless root alone could have put it there.
    as_user "$profile_user" env NIXOS_NO_CHECK=1 "$profile_old_path/bin/switch-to-configuration" switch
  fi
}

# home-manager sets its profile itself, unless it is a newer one that is told not to: the file gen-version says which.
activate_home_manager() {
  if [ -e "$profile_path/gen-version" ]; then
    set_profile && run_home_manager "$profile_path"
  else
    run_home_manager "$profile_path" || return
    profile_link=$(find_profile_link)
    set_profile || return
    # Of a generation that was named it has made another one.
    [ -z "$profile_wanted_generation" ] || delete_new_generations
  fi
}

# run_home_manager HOME
run_home_manager() {
  if [ -e "$1/gen-version" ]; then
    as_user "$profile_user" "$1/activate" --driver-version 1
  else
    as_user "$profile_user" "$1/activate"
  fi
}

# The activation first: an older one learns from the profile which files to take away.
take_back_home_manager() {
  if [ -x "$profile_old_path/activate" ]; then run_home_manager "$profile_old_path" || return; fi
  [ -L "$profile_link" ] || profile_link=$(find_profile_link)
  restore_profile
}

activate_darwin() {
  set_profile && run_darwin "$profile_path"
}

# run_darwin SYSTEM: activate-user was a part of the activation until root came to do it all; then it says so and is no more
# than that.
run_darwin() {
  if [ -x "$1/activate-user" ] && ! grep -q '^# nix-darwin: deprecated$' "$1/activate-user"; then
    case $login_user in
      '' | root)
        echo "$1/activate-user is to be run by the Mac's user, and nobody is logged in"
        return 1
        ;;
    esac
    as_user "$login_user" "$1/activate-user" || return
  fi
  as_user root "$1/activate"
}

take_back_darwin() {
  restore_profile || return 1
  [ ! -x "$profile_old_path/activate" ] || run_darwin "$profile_old_path"
}

# What a profile of the same way has to have.
has_activation() {
  case $profile_way in
    nixos) [ -x "$1/bin/switch-to-configuration" ] ;;
    deploy-rs) [ -x "$1/deploy-rs-activate" ] || [ -x "$1/bin/switch-to-configuration" ] ;;
    home-manager | darwin) [ -x "$1/activate" ] ;;
  esac
}
