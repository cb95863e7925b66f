# shellcheck shell=sh disable=SC2154,SC2034 # a part of one script
# Starts the guard, follows it, and proves over a fresh connection that the new system can be reached. The guard decides
# alone whenever we are late or cut off; we only ever learn its end.

# Seconds that a guard whose start nobody saw may take to show itself, and those that restoring the old system takes.
start_allowance=60
revert_allowance=60

# activate: returns when the host has its outcome.
activate() {
  state='' awaiting_until='' events=0 log=0 end='' error='' is_unknown=no unhealthy='' attempts=0
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
  # ssh itself ends with 255, and more than 128 is a signal: what is less is the host's own word.
  if [ "$greeted" = no ] && [ "$channel_status" -gt 0 ] && [ "$channel_status" -lt 128 ]; then
    end_host failed E_COMMAND "the guard could not be run (exit status $channel_status)"
    return
  fi
  while [ -z "$end" ]; do
    now
    if [ -z "$state" ] && [ "$is_unknown" = yes ] && [ "$now" -gt "$((begun + start_allowance))" ]; then
      end_host failed E_CONNECTION_LOST "the connection broke before the guard had started; nothing was changed"
      return
    fi
    if [ "$now" -gt "$((${awaiting_until:-$((begun + longest_seconds))} + revert_allowance))" ]; then
      end="lost-contact E_CONNECTION_LOST the host decides alone; flotilla status shows what it runs in the end"
      break
    fi
    pause=1
    if is_awaited; then
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

# Whether the guard waits for the confirmation now.
is_awaited() {
  now
  [ "$state" = awaiting-confirm ] && [ "$now" -lt "$awaiting_until" ]
}

# try_fresh VERB AUTHORITY ADDRESS WORD…: a connection of its own, that shares nothing with the login.
try_fresh() {
  [ -z "$end" ] || return 0
  # One that follows would follow until it is too late.
  if [ "$1" = follow ] && is_awaited; then return 0; fi
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

# channel VERB SSH ADDRESS: one conversation with the guard, to its end or until it breaks off; or until the guard begins to wait
# for the confirmation, which takes another connection.
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
  left_early=no
  while IFS= read -r line; do
    hear "$line"
    if [ -n "$end" ] || [ -n "$error" ]; then left_early=yes; fi
    case $channel_verb:$line in 'start:S awaiting-confirm '* | 'follow:S awaiting-confirm '*) left_early=yes ;; esac
    [ "$left_early" = no ] || break
  done <"$workspace/channel"
  [ "$left_early" = no ] || kill "$channel_process" 2>/dev/null || :
  channel_status=0
  wait "$channel_process" 2>/dev/null || channel_status=$?
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
      case $error in E_NO_SUCH_RUN*) is_unknown=yes ;; esac
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
