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

find_way() {
  case $profile_activator:$profile_user in
    deploy-rs:root)
      if is_bare_system "$profile_path" || is_plain_nixos_script "$profile_path/deploy-rs-activate"; then
        profile_way=nixos
      else
        profile_way=deploy-rs
      fi
      ;;
    *) profile_way=$profile_activator ;;
  esac
}

find_system() {
  case $profile_activator:$profile_user in
    nixos:* | deploy-rs:root)
      profile_system=$(system_in "$profile_path")
      [ -z "$profile_specialisation" ] || profile_system=$(resolve "$profile_path/specialisation/$profile_specialisation")
      ;;
    darwin:*) profile_system=$profile_path ;;
    *) profile_system= ;;
  esac
}

# system_in PATH: the NixOS system that a path is, or that deploy-rs has put into it beside files of its own.
system_in() {
  [ -x "$1/bin/switch-to-configuration" ] || return 0
  for part in nixos-version activate bin/switch-to-configuration; do
    [ -e "$1/$part" ] || continue
    whole=$(resolve "$1/$part")
    whole=${whole%"/$part"}
    [ -x "$whole/bin/switch-to-configuration" ] || whole=$1
    printf '%s\n' "$whole"
    return 0
  done
}

# is_bare_system PATH: what another tool has deployed before deploy-rs, and is gone back to.
is_bare_system() {
  [ ! -e "$1/deploy-rs-activate" ] && [ -x "$1/bin/switch-to-configuration" ]
}

# is_plain_nixos_script FILE: whether it is what deploy-rs writes for a NixOS system, and nothing more. Such a system can
# be tried without being what boots.
is_plain_nixos_script() {
  [ -e "$1" ] || return 1
  meaning=
  while read -r line || [ -n "$line" ]; do
    # shellcheck disable=SC2016 # the script's own words
    case $line in
      '' | '#'*) ;;
      'set -euo pipefail') meaning="$meaning strict" ;;
      'if [[ "${DRY_ACTIVATE:-}" == "1" ]]') meaning="$meaning dry" ;;
      'elif [[ "${BOOT:-}" == "1" ]]') meaning="$meaning boot" ;;
      then | else | fi | 'cd /tmp') ;;
      '$PROFILE/bin/switch-to-configuration '*) meaning="$meaning ${line##* }" ;;
      "sed -i '/^default /d' "*/loader/loader.conf) ;;
      *) return 1 ;;
    esac
  done <"$1"
  case $meaning in
    ' strict dry dry-activate boot boot switch' | ' strict dry dry-activate switch') ;;
    *) return 1 ;;
  esac
}

current_system() {
  [ ! -e "$current_link" ] || resolve "$current_link"
}

is_new_system_running() {
  [ -n "$profile_system" ] && [ "$(current_system)" = "$profile_system" ]
}

# What the profile points at, or nothing.
resolve_profile() {
  [ ! -e "$profile_link" ] || resolve "$profile_link"
}

# The number of the generation that the profile points at, or nothing.
generation() {
  link=$(readlink "$profile_link") || return 0
  generation_number "${link##*/}"
}

# generation_number FILE: the number in the name of a generation's link, or nothing.
generation_number() {
  generation_name=${1#"${profile_link##*/}-"}
  generation_name=${generation_name%-link}
  case $generation_name in
    '' | *[!0-9]*) ;;
    *) printf '%s\n' "$generation_name" ;;
  esac
}

highest_generation() {
  highest=0
  for file in "$profile_link"-*-link; do
    highest_here=$(generation_number "${file##*/}")
    [ "${highest_here:-0}" -le "$highest" ] || highest=$highest_here
  done
  printf '%s\n' "$highest"
}

profile_nix_env() {
  if [ "$profile_user" = root ]; then
    nix-env --profile "$profile_link" "$@"
  else
    as_user "$profile_user" nix-env --profile "$profile_link" "$@"
  fi
}

# Points the profile at the new path: at the generation that was named, or else at a new one, unless it is there.
set_profile() {
  [ -d "${profile_link%/*}" ] || as_user "$profile_user" mkdir -p "${profile_link%/*}"
  if [ -n "$profile_wanted_generation" ]; then
    [ "$(generation)" != "$profile_wanted_generation" ] || return 0
    [ "$(resolve "$profile_link-$profile_wanted_generation-link")" = "$profile_path" ] &&
      profile_nix_env --switch-generation "$profile_wanted_generation"
  else
    [ "$(resolve_profile)" = "$profile_path" ] || profile_nix_env --set "$profile_path"
  fi
}

# Puts the profile back to the very generation it had, and takes away only generations that this run has made: left
# there, they would get entries in the boot menu.
restore_profile() {
  if [ -z "$profile_old_path" ]; then
    [ ! -L "$profile_link" ] || as_user "$profile_user" rm -f "$profile_link" || return 1
    delete_new_generations
    return 0
  fi
  [ -n "$profile_old_generation" ] || return 1
  if [ "$(generation)" != "$profile_old_generation" ]; then
    profile_nix_env --switch-generation "$profile_old_generation" || profile_nix_env --set "$profile_old_path" || return 1
  fi
  delete_new_generations
}

delete_new_generations() {
  for file in "$profile_link"-*-link; do
    new_generation=$(generation_number "${file##*/}")
    [ "${new_generation:-0}" -gt "$profile_last_generation" ] || continue
    case $(resolve "$file") in
      "$profile_path" | "$profile_old_path") ;;
      *) continue ;;
    esac
    if [ -n "$profile_old_path" ]; then
      profile_nix_env --delete-generations "$new_generation" || :
    else
      as_user "$profile_user" rm -f "$file"
    fi
  done
}
