# A way for programs of the login user to speak with one program that runs as root, where sudo wants a password that they
# cannot give: two pipes in a directory that is the login user's alone. Run by ssh/root-channel.ts.
#   sh -s -- make                              as the login user; prints the directory
#   sh -s -- serve DIRECTORY SECONDS WORD...   as root: the program, between the pipes, once; nobody spoke in time: no more
#   sh -s -- remove DIRECTORY                  as the login user; whoever still waits at a pipe is let go
# shellcheck shell=sh

make_channel() {
  umask 077
  directory=$(mktemp -d "${TMPDIR:-/tmp}/flotilla.XXXXXXXXXX") || exit
  mkfifo "$directory/to-root" "$directory/from-root" || exit
  # A shell gives what runs beside it an empty stdin; its own is handed on as 3.
  cat >"$directory/speak" <<'END' || exit
exec 3<&0
cat <&3 >"${0%/*}/to-root" 2>/dev/null 3<&- &
exec cat <"${0%/*}/from-root" 3<&-
END
  printf '%s\n' "$directory"
}

# Waits with a child, so that it can be ended and leaves none behind.
watch_channel() {
  sleep "$2" &
  sleeper=$!
  trap 'kill "$sleeper"; exit' TERM
  wait "$sleeper"
  remove_channel "$1"
}

serve_channel() {
  directory=$1
  watch_channel "$directory" "$2" </dev/null >/dev/null 2>&1 &
  watcher=$!
  shift 2
  "$@" <"$directory/to-root" >"$directory/from-root"
  status=$?
  kill "$watcher" 2>/dev/null
  exit "$status"
}

remove_channel() {
  # Open at both ends, so that nobody waits for the other end any longer.
  exec 3<>"$1/to-root" 4<>"$1/from-root"
  rm -rf "$1"
}

channel() {
  PATH=/run/wrappers/bin:/run/current-system/sw/bin:/nix/var/nix/profiles/default/bin:$PATH:/usr/bin:/bin
  case $1 in
    make) make_channel ;;
    serve)
      shift
      serve_channel "$@"
      ;;
    remove) remove_channel "$2" ;;
  esac
}

channel "$@"
