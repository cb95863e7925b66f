# --- where things are -----------------------------------------------------------------------------------------------

# Everything below hangs off this; empty on a host.
root=${FLOTILLA_ROOT:-}
programs=$root/run/wrappers/bin:$root/run/current-system/sw/bin:/nix/var/nix/profiles/default/bin
PATH=$programs:$root/usr/local/sbin:$root/usr/local/bin:$root/usr/sbin:$root/usr/bin:$root/sbin:$root/bin
HOME=${HOME:-/root}
export PATH HOME

# macOS has /run only once nix-darwin has linked it to /var/run.
volatile=$root/run
[ -d "$volatile" ] || volatile=$root/var/run
runtime=$volatile/flotilla
records=$root/var/lib/flotilla/runs
nix_state=$root${NIX_STATE_DIR:-/nix/var/nix}
gcroots=$root/nix/var/nix/gcroots/flotilla
current_link=$root/run/current-system
switch_lock=$root/run/nixos/switch-to-configuration.lock

poll=0.1           # seconds between two looks
margin=30          # seconds that the deadman gives the supervisor beyond its own deadlines
kept_runs=20       # records that are kept
revert_attempts=3

# --- small things ---------------------------------------------------------------------------------------------------

# Seconds since the boot: unlike the clock, no time server moves it. macOS has only the clock.
now() {
  if [ -r "$root/proc/uptime" ]; then
    read -r now _ <"$root/proc/uptime"
    now=${now%%.*}
  else
    now=$(date +%s)
  fi
}

one_line() {
  case $* in
    *[[:cntrl:]]*) printf '%s' "$*" | LC_ALL=C tr '\000-\037\177' ' ' | LC_ALL=C cut -b 1-2000 ;;
    *) printf '%.2000s\n' "$*" ;;
  esac
}

# A line for the operator. A reader that went away ends us: the supervisor does not depend on it.
say() {
  printf '%s\n' "$*" || exit 1
}

say_error() {
  say "E $1 $(one_line "$2")"
  exit 1
}

# first_line FILE: its first line, or nothing.
first_line() {
  line=
  [ ! -e "$1" ] || read -r line <"$1" || :
  printf '%s\n' "$line"
}

write_atomically() {
  printf '%s\n' "$2" >"$1.new" && mv -f "$1.new" "$1"
}

# resolve PATH: what it is in the end, through all links. The last part need not be there.
resolve() {
  readlink -f "$1" 2>/dev/null || resolve_by_steps "$1"
}

# For a readlink without -f, as macOS had for long.
resolve_by_steps() (
  [ -n "$1" ] || exit 1
  rest=$1
  while :; do
    directory=${rest%/*}
    [ "$directory" != "$rest" ] || directory=.
    cd -P "${directory:-/}" 2>/dev/null || exit 1
    rest=${rest##*/}
    link=$(readlink "./$rest") || {
      directory=$(pwd -P)
      printf '%s\n' "${directory%/}/$rest"
      exit 0
    }
    rest=$link
  done
)

# bounded SECONDS COMMAND…
bounded() {
  if command -v timeout >/dev/null; then
    timeout -k 2 "$@"
    return
  fi
  now
  bound=$((now + $1 + 1))
  shift
  "$@" &
  bounded=$!
  while kill -0 "$bounded" 2>/dev/null; do
    now
    [ "$now" -lt "$bound" ] || kill -KILL "$bounded" 2>/dev/null
    sleep "$poll"
  done
  wait "$bounded"
}

boot_id() {
  if [ -r "$root/proc/sys/kernel/random/boot_id" ]; then
    first_line "$root/proc/sys/kernel/random/boot_id"
  else
    sysctl -n kern.bootsessionuuid
  fi
}
