# shellcheck shell=sh disable=SC2154,SC2034 # a part of one script
# Logging in to the host, once, and asking it what it is.
#
# A login is given as AUTHORITY ADDRESS WORD…: how nix names it, where ssh finds it, and ssh's words for it.

# ssh_words WORD…: the words, quoted, with the host's own key pinned where its configuration has one, and with what the
# environment of who runs this says of ssh.
ssh_words() {
  if [ -n "$host_key" ]; then
    printf '%s %s\n' "$name" "$host_key" >"$workspace/$number.known-hosts"
    # First, since ssh keeps the first of several values.
    set -- -o UserKnownHostsFile="$workspace/$number.known-hosts" -o GlobalKnownHostsFile=/dev/null \
      -o HostKeyAlias="$name" -o StrictHostKeyChecking=yes -o UpdateHostKeys=no -o VerifyHostKeyDNS=no "$@"
  fi
  [ -z "${SSH_CONFIG_FILE:-}" ] || set -- "$@" -F "$SSH_CONFIG_FILE"
  set -f
  # shellcheck disable=SC2086 # split at blanks, as Nix does
  set -- "$@" ${NIX_SSHOPTS:-}
  set +f
  quote "$@" -o ConnectTimeout=8 -o ServerAliveInterval=5 -o ServerAliveCountMax=3
}

# reach: logs in where the host answers first. Sets address, login, authority, and what `heed` does.
reach() {
  login='' tries=0 is_nixos=no machine='' kernel_name='' current_system='' profile_system='' state='' failed_units=''
  is_root=no elevation='' holder=''
  "logins_$number" try_login
  [ -n "$login" ]
}

try_login() {
  [ -z "$login" ] || return 0
  authority=$1 address=$2
  shift 2
  # One that was half a login must not be taken for this one.
  tries=$((tries + 1))
  socket=$workspace/$number.login-$tries.socket
  login=$(
    quote ssh -T -x -o ControlMaster=auto -o ControlPath="$socket" -o ControlPersist=600 \
      -o ClearAllForwardings=yes -o RemoteCommand=none
    ssh_words "$@"
  )
  say "logging in to $address"
  eval "set -- $login"
  if "inspection_$number" | "$@" -- "$address" '/bin/sh -s' >"$workspace/inspection" &&
    tr '\000' '\n' <"$workspace/inspection" >"$workspace/records"; then
    is_whole=no
    while IFS= read -r record; do heed "$record"; done <"$workspace/records"
    [ "$is_whole" = no ] || return 0
    say "$address does not answer as a host does"
  fi
  login=
}

heed() {
  case $1 in
    begin=flotilla-inspection-1) ;;
    end=) is_whole=yes ;;
    nixos=yes) is_nixos=yes ;;
    machine=*) machine=${1#*=} ;;
    kernel_name=*) kernel_name=${1#*=} ;;
    current_system=*) current_system=${1#*=} ;;
    profile_system=*) profile_system=${1#*=} ;;
    state=*) state=${1#*=} ;;
    failed_units=*) failed_units=${1#*=} ;;
    elevated=yes) is_root=yes ;;
    elevation=*) elevation="$elevation$(quote "${1#*=}")" ;;
    lock_run=*) holder=${1#*=} ;;
  esac
}

# on_host WORD…: runs the words there as the login user; what is on our standard input is theirs.
on_host() {
  on_host_line=$(remote_command_line "$@")
  eval "set -- $login"
  "$@" -- "$address" "$on_host_line"
}

# as_root WORD…: the same as root.
as_root() {
  as_root_words=$(quote "$@")
  eval "on_host $elevation $as_root_words"
}
