# shellcheck shell=sh disable=SC2154,SC2034 # a part of one script
# A directory of this run's own, for sockets, pinned keys and what was said; and an end that leaves nothing behind.

begin() {
  name='' number='' run='' outcomes='' succeeded=' '
  workspace=
  for parent in "${XDG_RUNTIME_DIR:-}" /dev/shm "${TMPDIR:-/tmp}"; do
    if [ ! -d "$parent" ] || [ ! -w "$parent" ]; then continue; fi
    # Nix splits what it is told of ssh at blanks.
    case $parent in *[[:space:]]*) continue ;; esac
    workspace=$(umask 077 && mktemp -d "$parent/flotilla.XXXXXXXX") && break
  done
  [ -n "$workspace" ] || abandon "no directory for temporary files"
  trap 'leave $?' EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  command -v ssh >/dev/null || abandon "ssh is not installed here"
  run=$(od -An -v -N4 -tx1 /dev/urandom | tr -d '[:space:]')
  case $run in ????????) ;; *) abandon "no random number for the run" ;; esac
}

leave() {
  for socket in "$workspace"/*.socket; do
    [ -S "$socket" ] || continue
    ssh -F none -o ControlPath="$socket" -O exit -- host 2>/dev/null || :
  done
  rm -rf "$workspace"
  exit "$1"
}

now() {
  now=$(date +%s)
}
