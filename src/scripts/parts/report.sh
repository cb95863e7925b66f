# shellcheck shell=sh disable=SC2154,SC2034 # a part of one script
# What a script says: of each host as it goes, and in the end. Lines begin with the host's name.

# say TEXT…: what a host has said may be in it, and is not to steer the terminal.
say() {
  case $* in
    *[[:cntrl:]]*) printf '%s | %s\n' "$name" "$(printf '%s' "$*" | tr '\000-\037\177' ' ')" >&2 ;;
    *) printf '%s | %s\n' "$name" "$*" >&2 ;;
  esac
}

# end_host OUTCOME CODE MESSAGE: the one outcome of the host. CODE is - when all is well.
end_host() {
  outcome=$1
  outcomes="$outcomes $1"
  case $1 in
    unchanged | deployed | staged | tested) succeeded="$succeeded$name " ;;
    # Its own settings say that it may be away.
    skipped) [ "$2" != - ] || succeeded="$succeeded$name " ;;
  esac
  [ "$2" = - ] || say "$2: $3"
  printf '%s | %s\n' "$name" "$1"
}

# halt_host PREDECESSOR: what goes before did not succeed, so that this one is left alone.
halt_host() {
  outcomes="$outcomes halted"
  say "E_HALTED: $1 goes before this host and did not succeed"
  printf '%s | skipped\n' "$name"
}

# refuse CODE MESSAGE
refuse() {
  end_host refused "$1" "$2"
}

# final_status: 0 all as asked, 3 refused where not, 4 none was reachable, 1 otherwise.
final_status() {
  bad=no other=no refused=no reachable=no
  for outcome in $outcomes; do
    case $outcome in
      unchanged) reachable=yes ;;
      deployed | staged | tested) reachable=yes other=yes ;;
      refused) reachable=yes bad=yes refused=yes ;;
      skipped) ;;
      halted) reachable=yes bad=yes ;;
      unreachable) bad=yes other=yes ;;
      *) reachable=yes bad=yes other=yes ;;
    esac
  done
  if [ "$bad" = no ]; then
    return 0
  elif [ "$reachable" = no ]; then
    return 4
  elif [ "$other" = no ] && [ "$refused" = yes ]; then
    return 3
  fi
  return 1
}

# abandon MESSAGE: nothing can be done at all.
abandon() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}
