# --- the generations of a profile -----------------------------------------------------------------------------------

# What the profile points at, or nothing.
resolve_profile() {
  [ ! -e "$profile_link" ] || in_one_line "$(resolve "$profile_link")"
}

# in_one_line PATH: the path, unless it would not stay one. Its user may lead a profile to a directory of any name, and what
# is found stands in lines: it must not say what stands in the next ones.
in_one_line() {
  case $1 in
    *[[:cntrl:]]*) ;;
    *) printf '%s\n' "$1" ;;
  esac
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
