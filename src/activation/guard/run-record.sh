# --- a run and its files --------------------------------------------------------------------------------------------

# What an order says, beside its profiles; read_order overwrites them.
operator='' goal='' activation_timeout=300 confirm_timeout=30 rollback=true on_failed_units=rollback pre_activate=''
budget=0 install_bootloader=false skip_switch_checks=false keep_succeeded=false
health_checks() { :; }

enter_run() {
  run=$1
  case $run in
    '' | *[!0-9a-z]*) say_error E_USAGE "this is no run: $run" ;;
  esac
  live=$runtime/runs/$run
  record=$records/$run
  place=$live
  [ -d "$live" ] || place=$record
}

read_order() {
  # shellcheck source=/dev/null
  . "$live/order"
}

read_findings() {
  old=$(first_line "$live/old")
  failed_before=$(first_line "$live/failed-before")
  login_user=$(first_line "$live/login-user")
  kept_code='' kept_message=''
  [ ! -e "$live/kept" ] || { read -r kept_code && read -r kept_message; } <"$live/kept"
  commit_timeout=$activation_timeout
  [ "$commit_timeout" -ge 120 ] || commit_timeout=120
  # Either of the two may have no nix-env of its own. What is in a user's own profile is nothing that root would run.
  PATH=$PATH:$old/sw/bin
  if ordered_profile 1 && [ "$profile_user" = root ]; then PATH=$PATH:$profile_path/sw/bin; fi
}

put() {
  write_atomically "$live/$1" "$2"
}

# Copies files of the run to where they outlive the boot: all at once, or on a disk with little room as many as it takes…
copy() {
  for name in "$@"; do
    shift
    [ ! -e "$live/$name" ] || set -- "$@" "$live/$name"
  done
  [ "$#" -gt 0 ] || return 0
  arrivals=$record/arrivals.new
  {
    { [ -d "$arrivals" ] || mkdir -p "$arrivals"; } && cp "$@" "$arrivals/" && mv -f "$arrivals"/* "$record/"
  } 2>/dev/null || {
    # What is left there must not arrive later, over something newer.
    rm -rf "$arrivals"
    copy_singly "$@"
  }
}

copy_singly() {
  for file in "$@"; do
    { cp "$file" "$record/${file##*/}.new" && mv -f "$record/${file##*/}.new" "$record/${file##*/}"; } 2>/dev/null ||
      return 1
  done
}

# …and waits until they outlive a power cut.
keep() {
  copy "$@" && { bounded 20 sync -f "$record" 2>/dev/null || bounded 20 sync; }
}

# event KIND TEXT…
event() {
  length=0
  [ ! -e "$live/log" ] || length=$(wc -l <"$live/log")
  printf '%s %s\n' "$((length))" "$(one_line "$*")" >>"$live/events"
}

note() {
  event note "$@"
}

# enter_state STATE DETAIL…
enter_state() {
  put state "$1"
  event state "$@"
  case $1 in
    activating | committing) keep begun state events log || : ;;
    finished) ;; # finish does
    *) copy state events log || : ;;
  esac
}

is_decided() {
  [ -L "$live/decided" ]
}

decision() {
  readlink "$live/decided"
}

# Exactly one claim succeeds, whoever makes it: a link is made whole or not at all.
claim() {
  ln -s "$1" "$live/decided" 2>/dev/null
}

holder() {
  first_line "$runtime/holder"
}

is_same_boot() {
  [ "$(first_line "$live/boot-id")" = "$(boot_id)" ]
}

# pause SECONDS: less when something is decided meanwhile.
pause() {
  now
  pause_until=$((now + $1))
  while ! is_decided && [ "$now" -lt "$pause_until" ]; do
    sleep "$poll"
    now
  done
}
