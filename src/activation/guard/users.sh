# --- users ----------------------------------------------------------------------------------------------------------

# home_of USER
home_of() {
  case $1 in
    '' | -* | *[!A-Za-z0-9._-]*) return 1 ;;
  esac
  if command -v getent >/dev/null; then
    home_entry=$(getent passwd "$1") || return 1
    home_entry=${home_entry%:*}
    printf '%s\n' "${home_entry##*:}"
  else
    # The name holds nothing that a shell would take for its own.
    eval "home_entry=~$1"
    case $home_entry in
      /*) printf '%s\n' "$home_entry" ;;
      *) return 1 ;;
    esac
  fi
}

# Of root's environment, all that others get: the rest may be what only root should know, or lead into root's own home.
shared_variables="LANG LC_ALL LOCALE_ARCHIVE TZDIR NIX_REMOTE NIX_STATE_DIR NIX_SSL_CERT_FILE FLOTILLA_ROOT"

# as_user USER COMMAND…: with what a login of theirs would find in its environment, and no login shell.
as_user() {
  as_name=$1
  shift
  if ! as_home=$(home_of "$as_name") || ! as_id=$(id -u "$as_name"); then
    echo "this host has no user $as_name"
    return 1
  fi
  as_path=$as_home/.nix-profile/bin:/etc/profiles/per-user/$as_name/bin:$PATH
  [ ! -d "$volatile/user/$as_id" ] || set -- "XDG_RUNTIME_DIR=$volatile/user/$as_id" "$@"
  set -- "HOME=$as_home" "USER=$as_name" "LOGNAME=$as_name" "PATH=$as_path" "$@"
  if [ "$as_id" = "$(id -u)" ]; then
    env "$@"
    return
  fi
  for as_variable in $shared_variables; do
    eval "as_value=\${$as_variable-}"
    [ -z "$as_value" ] || set -- "$as_variable=$as_value" "$@"
  done
  set -- env -i "$@"
  if command -v setpriv >/dev/null && setpriv --help 2>&1 | grep -q init-groups; then
    setpriv --reuid="$as_name" --regid="$(id -g "$as_name")" --init-groups -- "$@"
  elif command -v runuser >/dev/null; then
    runuser -u "$as_name" -- "$@"
  elif command -v sudo >/dev/null; then
    sudo -n -u "$as_name" -- "$@"
  else
    su -s /bin/sh -c 'exec "$@"' -- "$as_name" sh "$@"
  fi
}

# Whose session it is that came here to activate something: for what a Mac runs as its user.
login_user() {
  if [ -n "${SUDO_USER:-}" ] && [ "$SUDO_USER" != root ]; then
    printf '%s\n' "$SUDO_USER"
  else
    # shellcheck disable=SC2012 # one name of known shape; stat has no common options
    ls -l /dev/console 2>/dev/null | while read -r _ _ owner _; do printf '%s\n' "$owner"; done
  fi
}
