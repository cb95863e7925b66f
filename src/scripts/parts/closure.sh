# shellcheck shell=sh disable=SC2154,SC2034 # a part of one script
# Brings the closures to the host: what is there is left alone, the rest is built or fetched and sent.
#
# A profile is given as NAME DERIVATION PATH; without a derivation its path is expected to exist, here or in a cache.

# ensure_profile NAME DERIVATION PATH: returns at the first of several that cannot be had.
ensure_profile() {
  [ -z "$closure_code" ] || return 0
  if is_there "$3"; then return 0; fi
  if [ "$build_on" = target ] && [ -n "$2" ]; then
    build_there "$1" "$2" "$3"
  elif build_here "$1" "$2" "$3"; then
    say "copying $1"
    copy_closure "$3" || closure_failure E_COPY "$1 was not copied"
  elif [ -z "$2" ] && fetch_there "$3"; then
    :
  else
    closure_failure E_BUILD "$1 ($3) could not be built, and is in no store and no cache that could be asked"
  fi
}

closure_failure() {
  closure_code=$1 closure_message=$2
}

# shellcheck disable=SC2016 # for the host to expand
on_path='PATH=/run/current-system/sw/bin:/nix/var/nix/profiles/default/bin:$PATH; exec "$@"'

is_there() {
  on_host sh -c "$on_path" sh nix-store --check-validity "$1" </dev/null 2>/dev/null
}

fetch_there() {
  say "asking the host's caches"
  as_root sh -c "$on_path" sh nix-store --realise "$1" </dev/null >/dev/null
}

# build_here NAME DERIVATION PATH: whether the path is in the store of this machine now.
build_here() {
  command -v nix-store >/dev/null || return 1
  if nix-store --check-validity "$3" 2>/dev/null; then return 0; fi
  say "building $1"
  # Rooted, so that nothing collects it before it is copied.
  nix-store --realise "${2:-$3}" --add-root "$workspace/${3##*/}" --indirect >/dev/null &&
    nix-store --check-validity "$3"
}

# build_there NAME DERIVATION PATH
build_there() {
  say "building $1 on the host"
  if ! through_login nix-copy-closure --to "$authority" "$2"; then
    closure_failure E_COPY "the derivation of $1 was not copied"
  elif ! on_host sh -c "$on_path" sh nix-store --realise "$2" </dev/null >/dev/null || ! is_there "$3"; then
    closure_failure E_BUILD "$1 was not built on the host"
  fi
}

# through_login COMMAND…: nix reaches the host over the login that we have, and cannot make one of its own.
through_login() {
  NIX_SSHOPTS="-F none -o BatchMode=yes -o ControlMaster=no -o ControlPath=$socket -o ProxyCommand=false" "$@"
}

copy_closure() {
  store="ssh-ng://$authority"
  if [ -n "$elevation" ]; then
    # The store of root's own daemon: it takes what nobody has signed.
    program=$(eval "plain_words $elevation") || {
      say "deployment.privilegeEscalationCommand has words that nix cannot be told"
      return 1
    }
    store="$store?remote-program=$program%20nix-daemon"
  fi
  set -- --to "$store" "$1"
  [ "$substitute" = false ] || set -- --substitute-on-destination "$@"
  through_login nix --extra-experimental-features nix-command copy --no-check-sigs "$@"
}

# plain_words WORD…: joined as part of a URI.
plain_words() {
  joined=
  for word in "$@"; do
    case $word in '' | *[!A-Za-z0-9_@+=:,./-]*) return 1 ;; esac
    joined="${joined:+$joined%20}$word"
  done
  printf '%s\n' "$joined"
}

# keep_roots PATH…: named on the host before they are there, so that nothing collects them; the guard takes the names away.
keep_roots() {
  # shellcheck disable=SC2016 # for the host to expand
  as_root sh -c '
    directory=${FLOTILLA_ROOT:-}/nix/var/nix/gcroots/flotilla root=$directory/$1-new number=1
    shift
    mkdir -p "$directory" || exit
    for path in "$@"; do
      ln -sfn "$path" "$root" || exit
      number=$((number + 1))
      root=${root%-new*}-new-$number
    done
  ' sh "$run" "$@" </dev/null
}
