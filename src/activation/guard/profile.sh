# --- a profile ------------------------------------------------------------------------------------------------------

# Of the profile that is looked at, from the order: profile_name, profile_activator, profile_path, profile_user,
# profile_wanted_link, profile_wanted_generation, profile_specialisation. As found before any change:
#   profile_way             nixos: runs before its profile is set; deploy-rs, home-manager, darwin: its profile is set first
#   profile_link            the link that is the profile
#   profile_old_path        what it points at
#   profile_old_generation  its generation
#   profile_last_generation the highest generation there is
#   profile_system          what /run/current-system is once it is active; empty where it is no system
profile_name='' profile_activator='' profile_path='' profile_user='' profile_wanted_link=''
profile_wanted_generation='' profile_specialisation=''

# ordered_profile NUMBER: sets the words of the order. An order overwrites both.
profile_count=0
ordered_profile() { return 1; }

# use_profile NUMBER
use_profile() {
  number=$1
  ordered_profile "$1" || return 1
  profile_label=
  [ "$profile_count" = 1 ] || profile_label="$profile_name: "
  profile_way='' profile_link='' profile_old_path='' profile_old_generation='' profile_last_generation=0 profile_system=''
  [ ! -e "$live/profile-$1" ] || {
    read -r profile_way && read -r profile_link && read -r profile_old_path && read -r profile_old_generation &&
      read -r profile_last_generation && read -r profile_system
  } <"$live/profile-$1"
  # An older home-manager's activation moves its profile.
  if [ -n "$profile_link" ] && [ -n "$profile_old_path" ] && [ ! -L "$profile_link" ]; then
    profile_link=$(find_profile_link)
  fi
}

# in_profile NUMBER COMMAND…: for steps.
in_profile() {
  use_profile "$1"
  shift
  "$@"
}

# found_profile NUMBER: what there is of a profile, one thing a line. Fails where its user has no account, and nothing
# that is activated before it can bring one.
found_profile() {
  use_profile "$1"
  find_way
  find_system
  if home_of "$profile_user" >/dev/null && profile_link=$(find_profile_link); then
    printf '%s\n' "$profile_way" "$profile_link" "$(resolve_profile)" "$(generation)" "$(highest_generation)" \
      "$profile_system"
  else
    comes_after_system "$1" || return 1
    printf '%s\n' "$profile_way" '' '' '' 0 "$profile_system"
  fi
}

# comes_after_system NUMBER: whether a system that makes users is live by the turn of that profile.
comes_after_system() {
  [ "$goal" != boot ] || return 1
  earlier=1
  while [ "$earlier" -lt "$1" ]; do
    [ -z "$(sed -n 6p "$live/profile-$earlier")" ] || return 0
    earlier=$((earlier + 1))
  done
  return 1
}

# Where the order does not say it, it is where the activator has it.
find_profile_link() {
  if [ -n "$profile_wanted_link" ]; then
    printf '%s\n' "$profile_wanted_link"
    return 0
  fi
  user_profiles=$nix_state/profiles/per-user/$profile_user
  own_profiles=$(home_of "$profile_user")/.local/state/nix/profiles || return 1
  case $profile_activator:$profile_user:$profile_name in
    darwin:* | *:root:system) printf '%s\n' "$nix_state/profiles/system" ;;
    home-manager:*)
      if [ -d "$own_profiles" ] || [ ! -d "$user_profiles" ]; then
        printf '%s\n' "$own_profiles/home-manager"
      else
        printf '%s\n' "$user_profiles/home-manager"
      fi
      ;;
    *:root:*) printf '%s\n' "$user_profiles/$profile_name" ;;
    *)
      if [ -d "$user_profiles" ]; then
        printf '%s\n' "$user_profiles/$profile_name"
      else
        printf '%s\n' "$own_profiles/$profile_name"
      fi
      ;;
  esac
}
