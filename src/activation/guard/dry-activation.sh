# --- what an activation would do ------------------------------------------------------------------------------------

# Of the first profile of an order that stands before this, from its path: the profile stays as it is.

dry_activate() {
  case $profile_activator in
    nixos)
      system=$profile_path${profile_specialisation:+/specialisation/$profile_specialisation}
      "$system/bin/switch-to-configuration" dry-activate
      ;;
    deploy-rs)
      cd "$profile_path" &&
        as_user "$profile_user" env "PROFILE=$profile_path" DRY_ACTIVATE=1 BOOT=0 "$profile_path/deploy-rs-activate"
      ;;
    home-manager)
      as_user "$profile_user" env DRY_RUN=1 "$profile_path/activate"
      ;;
  esac
}

cd / || exit
ordered_profile 1
if ! home_of "$profile_user" >/dev/null; then
  echo "this host has no user $profile_user yet: what would be done as them cannot be told"
  exit
fi
dry_activate </dev/null
exit
