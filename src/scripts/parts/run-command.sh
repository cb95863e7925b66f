# shellcheck shell=sh disable=SC2154,SC2034 # a part of one script
# A command on one host after the other, as the user that logs in.

# run_command NUMBER: what command_words gives, with the host's name before each line.
run_command() {
  number=$1
  "host_$1"
  reached=no tries=0 status=255
  "logins_$number" try_command
  case $reached:$status in
    no:*) end_command unreachable "no login" ;;
    yes:0) outcomes="$outcomes tested" ;;
    *) end_command failed "ended with status $status" ;;
  esac
}

end_command() {
  outcomes="$outcomes $1"
  say "$2"
}

# try_command AUTHORITY ADDRESS WORD…
try_command() {
  [ "$reached" = no ] || return 0
  command_address=$2
  shift 2
  tries=$((tries + 1))
  command_line=$(command_words remote_command_line)
  login=$(
    quote ssh -T -x -o ControlMaster=auto -o ControlPath="$workspace/$number.login-$tries.socket" -o ControlPersist=60 \
      -o ClearAllForwardings=yes -o RemoteCommand=none
    ssh_words "$@"
  )
  eval "set -- $login"
  # First a login that runs nothing: a command that ended with 255 must not be tried again elsewhere.
  "$@" -- "$command_address" true </dev/null || return 0
  reached=yes
  {
    status=$(
      {
        {
          command_status=0
          "$@" -- "$command_address" "$command_line" </dev/null 3>&- || command_status=$?
          echo "$command_status" >&3
        } 2>&1 | sed "s/^/$name | /" >&4
      } 3>&1
    )
  } 4>&1
}
