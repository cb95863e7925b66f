# What a home does when it is activated, in the manner of home-manager: with --driver-version 1 whoever calls has set the
# profile, without it this does. $generation, $user and $home stand before it.
# shellcheck shell=bash disable=SC2154
set -eu -o pipefail

driver=0
while [ $# -gt 0 ]; do
  case $1 in
  --driver-version)
    driver=$2
    shift 2
    ;;
  *)
    echo "unknown argument $1" >&2
    exit 2
    ;;
  esac
done

say() { echo "$*"; }
expect() {
  [ "$2" = "$3" ] && return
  echo "$1 is \"$2\", expected \"$3\"" >&2
  exit 1
}
expect USER "${USER-}" "$user"
expect HOME "${HOME-}" "$home"
say "Starting Home Manager activation"

state=${XDG_STATE_HOME:-$HOME/.local/state}
if [ -d "$state/nix/profiles" ]; then
  profiles=$state/nix/profiles
elif [ -d "/nix/var/nix/profiles/per-user/$USER" ]; then
  profiles=/nix/var/nix/profiles/per-user/$USER
else
  echo "Could not find suitable profile directory" >&2
  exit 1
fi

current=$state/home-manager/gcroots/current-home
old=
[ ! -e "$current" ] || old=$(readlink "$current")
if [ -n "${DRY_RUN+set}" ]; then
  say "This is a dry run: $old would become $generation"
  exit 0
fi
if [ "$driver" -lt 1 ] && [ "$old" != "$generation" ]; then
  nix-env --profile "$profiles/home-manager" --set "$generation"
fi

each_file() { (cd "$1/home-files" && find . -type l); }
if [ -n "$old" ]; then
  each_file "$old" | while read -r file; do
    [ -L "$generation/home-files/$file" ] || rm -f "$HOME/$file"
  done
fi
each_file "$generation" | while read -r file; do
  mkdir -p "$(dirname "$HOME/$file")"
  ln -sfn "$generation/home-files/$file" "$HOME/$file"
done
mkdir -p "$(dirname "$current")"
ln -sfn "$generation" "$current"
