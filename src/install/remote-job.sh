# One piece of work on a machine that goes on when the connection breaks: it runs apart from the session that started it, with
# its output and its end in files, and is followed from any line on. Run as root by install/remote-job.ts.
#   sh -s -- start DIRECTORY NAME TOKEN         runs what $job_script says; prints started, there (it was started by this
#                                               token before), "joined TOKEN" (the same work runs already), "busy TOKEN" (other work)
#   sh -s -- follow DIRECTORY NAME TOKEN LINES  prints "line TEXT" for what comes after so many lines, then "end STATUS";
#                                               "end gone" where nothing of it is left: the machine was restarted
# DIRECTORY/NAME is on a file system that a restart empties, and holds token, script, log, pid, status; DIRECTORY/NAME.TOKEN is one
# that had ended when another was started.
# shellcheck shell=sh

is_running() {
  [ ! -e "$1/status" ] && [ -s "$1/pid" ] && kill -0 "$(cat "$1/pid")" 2>/dev/null
}

start_job() {
  directory=$1/$2
  token=$3
  umask 077
  mkdir -p "$1" || exit
  if [ -d "$directory" ]; then
    there=$(cat "$directory/token")
    if [ "$there" = "$token" ]; then
      launch_job "$directory" && echo started || echo there
      return
    fi
    if is_running "$directory"; then
      # shellcheck disable=SC2154 # it stands in front of this script
      if [ "$job_script" = "$(cat "$directory/script")" ]; then echo "joined $there"; else echo "busy $there"; fi
      return
    fi
    # It has ended; whoever follows it may not have read that yet.
    rm -rf "$directory.$there"
    mv "$directory" "$directory.$there" || exit
  fi
  # Whole before it is there.
  rm -rf "$directory.new"
  mkdir "$directory.new" || exit
  printf '%s\n' "$job_script" >"$directory.new/script" || exit
  printf '%s\n' "$token" >"$directory.new/token" || exit
  : >"$directory.new/log"
  mv "$directory.new" "$directory" || exit
  launch_job "$directory" || exit
  echo started
}

# Starts what nobody started yet; fails where somebody did.
launch_job() {
  mkdir "$1/launched" 2>/dev/null || return
  # A session of its own where that can be had, so that the end of this one is nothing to it.
  apart=$(command -v setsid)
  # shellcheck disable=SC2016,SC2086 # for the shell that is started; no word where there is no setsid
  $apart sh -c '
    trap "" HUP
    echo "$$" >"$1/pid"
    sh "$1/script" >"$1/log" 2>&1
    echo "$?" >"$1/status.new"
    mv "$1/status.new" "$1/status"
  ' sh "$1" </dev/null >/dev/null 2>&1 &
  waited=0
  while [ ! -s "$1/pid" ] && [ "$waited" -lt 50 ]; do
    waited=$((waited + 1))
    rest
  done
  return 0
}

# Not every sleep takes less than a second.
rest() {
  sleep 0.1 2>/dev/null || sleep 1
}

follow_job() {
  # From inside, which stays the same one where another job takes its place.
  cd "$1/$2" 2>/dev/null && [ "$(cat token)" = "$3" ] || cd "$1/$2.$3" 2>/dev/null || {
    echo 'end gone'
    return
  }
  exec 3<log
  count=0
  part=
  while :; do
    # The end first: what was written before it is then read to the last line.
    ended=
    if ! is_running .; then ended=$(cat status 2>/dev/null || echo gone); fi
    while IFS= read -r line <&3; do
      count=$((count + 1))
      [ "$count" -le "$4" ] || printf 'line %s\n' "$part$line" || exit
      part=
    done
    part=$part$line
    if [ -n "$ended" ]; then
      [ -z "$part" ] || printf 'line %s\n' "$part"
      echo "end $ended"
      return
    fi
    rest
  done
}

PATH=/run/wrappers/bin:/run/current-system/sw/bin:/nix/var/nix/profiles/default/bin:$PATH:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
verb=$1
shift
case $verb in
  start) start_job "$@" ;;
  follow) follow_job "$@" ;;
esac
