# --- what is in a profile -------------------------------------------------------------------------------------------

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
