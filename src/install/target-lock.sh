# Who installs a machine has it alone. A lock is a lease that its holder renews, and it ends at once with the login that it was
# taken in. Run as root by install/target-lock.ts; times are seconds since the machine started, which no clock changes.
#   sh -s -- take DIRECTORY RUN OPERATOR    prints "taken", or "held RUN RENEWED SINCE OPERATOR"; renews what this run holds
#   sh -s -- release DIRECTORY RUN
# DIRECTORY/lock: a line "RUN SINCE OPERATOR"; DIRECTORY/lock-renewed: a line "UPTIME SESSION STARTED"
# shellcheck shell=sh

# A holder that is cut off is waited for so long.
lease=45

uptime_now() {
  read -r up _ </proc/uptime
  echo "${up%%.*}"
}

# stat_field PID N: the Nth field after the name, which may have blanks and parentheses in it.
stat_field() {
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return
  # shellcheck disable=SC2086 # fields are split here
  set -- "$2" ${stat##*) }
  shift "$1"
  echo "$1"
}

# The process of sshd that this login ends with; 0 where it is none of sshd's.
session_process() {
  process=$$
  while [ "${process:-1}" -gt 1 ]; do
    name=$(cat "/proc/$process/comm" 2>/dev/null) || break
    case $name in
      sshd* | dropbear*)
        echo "$process"
        return
        ;;
    esac
    process=$(stat_field "$process" 2)
  done
  echo 0
}

renew_lock() {
  session=$(session_process)
  printf '%s %s %s\n' "$(uptime_now)" "$session" "$(stat_field "$session" 20)" >"$1/lock-renewed.new"
  mv "$1/lock-renewed.new" "$1/lock-renewed"
}

is_held() {
  [ -e "$1/lock-renewed" ] || return 1
  read -r renewed session started <"$1/lock-renewed"
  [ "$(($(uptime_now) - renewed))" -lt "$lease" ] || return 1
  [ "$session" = 0 ] || [ "$(stat_field "$session" 20)" = "$started" ]
}

take_lock() {
  umask 077
  mkdir -p "$1" || exit
  run=
  [ ! -e "$1/lock" ] || read -r run since operator <"$1/lock"
  if [ -n "$run" ] && [ "$run" != "$2" ] && is_held "$1"; then
    echo "held $run $renewed $since $operator"
    return
  fi
  [ "$run" = "$2" ] || printf '%s %s %s\n' "$2" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$3" >"$1/lock.$2"
  renew_lock "$1"
  [ ! -e "$1/lock.$2" ] || mv "$1/lock.$2" "$1/lock"
  echo taken
}

release_lock() {
  [ -e "$1/lock" ] || return 0
  read -r run _ <"$1/lock"
  [ "$run" != "$2" ] || rm -f "$1/lock" "$1/lock-renewed"
}

PATH=$PATH:/run/current-system/sw/bin:/usr/sbin:/usr/bin:/sbin:/bin
verb=$1
shift
case $verb in
  take) take_lock "$@" ;;
  release) release_lock "$@" ;;
esac
