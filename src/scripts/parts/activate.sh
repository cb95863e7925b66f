# shellcheck shell=sh disable=SC2154,SC2034 # a part of one script
# Starts the guard, follows it, and proves over a fresh connection that the new system can be reached. The guard decides
# alone whenever we are late or cut off; we only ever learn its end.

# activate: returns when the host has its outcome.
activate() {
  state='' awaiting_until='' events=0 log=0 end='' error='' unhealthy='' attempts=0
  now
  begun=$now
  channel start "$login" "$address"
  if [ -z "$end$state" ] && [ -n "$error" ]; then
    # It did not start.
    case ${error%% *} in
      E_LOCKED | E_NOT_NIXOS | E_UNKNOWN_PROFILE) refuse "${error%% *}" "${error#* }" ;;
      *) end_host failed "${error%% *}" "${error#* }" ;;
    esac
    return
  fi
  while [ -z "$end" ]; do
    now
    if [ "$now" -gt "$((${awaiting_until:-$((begun + longest_seconds))} + 60))" ]; then
      end="lost-contact E_CONNECTION_LOST the host decides alone; flotilla status shows what it runs in the end"
      break
    fi
    pause=1
    if [ "$state" = awaiting-confirm ] && [ "$now" -lt "$awaiting_until" ]; then
      "confirmations_$number" try_fresh confirm
    else
      "confirmations_$number" try_fresh follow
      "logins_$number" try_fresh follow
    fi
    [ -n "$end" ] || sleep "$pause"
  done
  code=${end#* }
  message=${code#* }
  code=${code%% *}
  # The guard knows only that we wanted the old system back.
  case $unhealthy:$code in
    ?*:E_INTERRUPTED | ?*:E_CONFIRM_TIMEOUT) code=E_HEALTH message=$unhealthy ;;
  esac
  end_host "${end%% *}" "$code" "$message"
}

# try_fresh VERB AUTHORITY ADDRESS WORD…: a connection of its own, that shares nothing with the login.
try_fresh() {
  [ -z "$end" ] || return 0
  verb=$1 fresh_address=$3
  shift 3
  attempts=$((attempts + 1))
  fresh_socket=$workspace/$number.$attempts.socket
  fresh=$(
    quote ssh -T -x -o ControlMaster=auto -o ControlPath="$fresh_socket" -o ControlPersist=600 \
      -o BatchMode=yes -o ClearAllForwardings=yes -o RemoteCommand=none
    ssh_words "$@"
  )
  [ "$verb" = follow ] || say "a new connection to $fresh_address"
  eval "set -- $fresh"
  if ! "$@" -- "$fresh_address" true </dev/null 2>"$workspace/refusal"; then
    # Each refusal counts with sshd, which shuts us out for a while when there are many.
    if grep -q 'Permission denied' "$workspace/refusal"; then pause=6; fi
    tail -n 1 "$workspace/refusal" >&2
    return 0
  fi
  if [ "$verb" = confirm ] && ! check_health; then verb=revert; fi
  channel "$verb" "$fresh" "$fresh_address"
  ssh -F none -o ControlPath="$fresh_socket" -O exit -- host 2>/dev/null || :
}

# channel VERB SSH ADDRESS: one conversation with the guard, to its end or until it breaks off. From `start` on it lasts until the
# guard waits for the confirmation, which takes another connection.
channel() {
  channel_verb=$1 channel_address=$3 greeted=no error=
  if [ "$1" = start ]; then
    channel_line=$(eval "remote_command_line $elevation sh -s")
  else
    channel_line=$(eval "remote_command_line $elevation sh -s -- $1 $run $events $log")
  fi
  eval "set -- $2"
  rm -f "$workspace/channel"
  mkfifo "$workspace/channel"
  say_to_guard "$channel_verb" | "$@" -- "$channel_address" "$channel_line" >"$workspace/channel" &
  channel_process=$!
  while IFS= read -r line; do
    hear "$line"
    if [ -n "$end" ] || [ -n "$error" ]; then break; fi
    if [ "$channel_verb" = start ] && [ "$state" = awaiting-confirm ]; then break; fi
  done <"$workspace/channel"
  kill "$channel_process" 2>/dev/null || :
  wait "$channel_process" 2>/dev/null || :
}

# What `sh -s` reads there.
say_to_guard() {
  if [ "$1" = start ]; then "launch_$number" | sed "s/$run_of_order/$run/g"; else print_guard; fi
}

# hear LINE: what the guard says; before its greeting it may be the login shell that speaks.
hear() {
  case $1 in
    "flotilla-guard 1 $run")
      greeted=yes
      return
      ;;
    'E '*)
      error=${1#E }
      return
      ;;
  esac
  [ "$greeted" = yes ] || return 0
  case $1 in
    'S '*)
      events=$((events + 1))
      state=${1#S }
      detail=${state#* }
      state=${state%% *}
      [ "$state" != "$detail" ] || detail=
      say "$state${detail:+: $detail}"
      if [ "$state" = awaiting-confirm ] && [ -z "$awaiting_until" ]; then
        now
        awaiting_until=$((now + confirm_seconds))
      fi
      ;;
    'N '*)
      events=$((events + 1))
      say "${1#N }"
      ;;
    'L '*)
      log=$((log + 1))
      say "> ${1#L }"
      ;;
    'O '*) end=${1#O } ;;
  esac
}
