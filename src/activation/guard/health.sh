# --- health ---------------------------------------------------------------------------------------------------------

check_health() {
  health_problem=
  health_checks
  if is_decided; then
    go_back_as_decided
    return 1
  fi
  [ -z "$health_problem" ] || fail E_HEALTH "$health_problem"
}

# health_check NAME INTERVAL TIMEOUT CONSECUTIVE KIND ARGUMENT…: as the order calls it, once a check.
health_check() {
  [ -z "$health_problem" ] && ! is_decided || return 0
  check_name=$1 interval=$2 check_timeout=$3 consecutive=$4
  shift 4
  enter_state health "$check_name"
  now
  check_until=$((now + check_timeout + 1))
  successes=0
  while :; do
    now
    left=$((check_until - now))
    [ "$left" -ge 1 ] || left=1
    if probe "$@" >"$live/probe" 2>&1; then
      successes=$((successes + 1))
      [ "$successes" -lt "$consecutive" ] || return 0
    else
      successes=0
    fi
    now
    if [ "$((now + interval))" -ge "$check_until" ]; then
      cat "$live/probe" >>"$live/log"
      health_problem="$check_name: no success within $check_timeout s: $(tail -n 1 "$live/probe")"
      return 0
    fi
    pause "$interval"
    ! is_decided || return 0
  done
}

# probe KIND ARGUMENT…: one try of at most $left seconds; its output says why not.
probe() {
  kind=$1
  shift
  case $kind in
    unit)
      systemctl is-active "$1"
      ;;
    http)
      probe_http "$1" "$2"
      ;;
    tcp)
      if command -v bash >/dev/null; then
        # shellcheck disable=SC2016 # for bash to expand
        bounded "$left" bash -c 'exec 3<>"/dev/tcp/$1/$2"' tcp "$1" "$2"
      elif command -v nc >/dev/null; then
        bounded "$left" nc -z "$1" "$2"
      else
        [ "$(bounded "$left" curl --silent --max-time 3 --output /dev/null --write-out '%{time_connect}' \
          "telnet://$1:$2" </dev/null)" != 0.000000 ]
      fi
      ;;
    command)
      bounded "$left" "$@" </dev/null
      ;;
    *)
      echo "this guard knows no health check of the kind $kind"
      return 1
      ;;
  esac
}

# probe_http URL STATUS
probe_http() {
  answer=
  if command -v curl >/dev/null; then
    answer=$(curl --silent --show-error --max-time "$left" --output /dev/null --write-out '%{http_code}' -- "$1")
  elif command -v wget >/dev/null; then
    answer=$(bounded "$left" wget -q -S -O /dev/null "$1" 2>&1 | while read -r first second _; do
      case $first in HTTP/*) printf '%s\n' "$second" ;; esac
    done | tail -n 1)
  else
    echo "neither curl nor wget is on this host"
    return 1
  fi
  # 000 is curl's way to say that there was no answer; it has said why.
  [ "$answer" = 000 ] || echo "answered ${answer:-nothing}, not $2"
  [ "$answer" = "$2" ]
}
