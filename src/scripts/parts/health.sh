# shellcheck shell=sh disable=SC2154,SC2034 # a part of one script
# Health checks that look at the host from here, while the guard waits for the confirmation.

# check_health: whether all of them succeed; sets unhealthy.
check_health() {
  "checks_$number" check_from_here
  [ -z "$unhealthy" ]
}

# check_from_here NAME INTERVAL SECONDS CONSECUTIVE KIND ARGUMENT…
check_from_here() {
  [ -z "$unhealthy" ] || return 0
  check=$1 interval=$2 seconds=$3 consecutive=$4
  shift 4
  say "health: $check"
  now
  check_until=$((now + seconds)) successes=0
  while :; do
    now
    left=$((check_until - now))
    [ "$left" -ge 1 ] || left=1
    if seen=$(probe_from_here "$@" 2>&1); then successes=$((successes + 1)); else successes=0; fi
    [ "$successes" -lt "$consecutive" ] || return 0
    now
    if [ "$((now + interval))" -ge "$check_until" ]; then
      unhealthy="$check: no success within $seconds s, seen from here: $(printf '%s' "$seen" | tail -n 1)"
      return 0
    fi
    sleep "$interval"
  done
}

probe_from_here() {
  kind=$1
  shift
  case $kind in
    http)
      if command -v curl >/dev/null; then
        answer=$(curl --silent --show-error --max-time "$left" --output /dev/null --write-out '%{http_code}' -- "$1")
      else
        # busybox's and GNU's tell of the answer alike.
        answer=$(timeout "$left" wget -S -O /dev/null "$1" 2>&1 | sed -n 's|^ *HTTP/[0-9.]* \([0-9]*\).*|\1|p' | tail -n 1)
      fi
      echo "answered ${answer:-nothing}, not $2"
      [ "$answer" = "$2" ]
      ;;
    tcp)
      if command -v bash >/dev/null; then
        # shellcheck disable=SC2016 # for bash to expand
        timeout "$left" bash -c 'exec 3<>"/dev/tcp/$1/$2"' tcp "$1" "$2"
      else
        timeout "$left" nc -z "$1" "$2"
      fi
      ;;
    command) timeout "$left" "$@" </dev/null ;;
  esac
}
