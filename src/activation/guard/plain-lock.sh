# --- the host's lock without systemd: a link that names its holder --------------------------------------------------

# take_lock: for this very process. Of several that find a dead holder's lock one takes it over: who has made the link
# `heir.HOLDER`, or else the heir of a heir that died before it had the lock.
take_lock() {
  lock=$runtime/lock
  own_identity=$(identity "$$") || return 1
  tries=0
  while :; do
    ! ln -s "$own_identity" "$lock" 2>/dev/null || return 0
    dead=$(readlink "$lock") || {
      # Given back in between; or the link cannot be made at all.
      tries=$((tries + 1))
      [ "$tries" -lt 100 ] || return 1
      continue
    }
    ! is_process "$dead" || return 1
    inherit_from "$dead" || return 1
    # What was read may be long past.
    [ "$(readlink "$lock")" != "$dead" ] || rm -f "$lock"
  done
}

inherit_from() {
  inherited=$1
  until ln -s "$own_identity" "$runtime/heir.$inherited" 2>/dev/null; do
    heir=$(readlink "$runtime/heir.$inherited")
    [ "$heir" != "$own_identity" ] || return 0
    ! is_process "$heir" || return 1
    inherited=$heir
  done
}

# The heirs first: as long as the lock is ours, nobody needs them.
drop_lock() {
  [ "$(readlink "$runtime/lock")" = "$(identity "$$")" ] || return 0
  rm -f "$runtime"/heir.*
  rm -f "$runtime/lock"
}

# hold ANSWER VERB ARGUMENT…: does it as the holder of the lock, and says in the file ANSWER whether it got it.
hold() {
  answer=$1
  shift
  if ! take_lock; then
    write_atomically "$answer" taken
    return 0
  fi
  write_atomically "$answer" yes
  # It may exit. A trap would do for that, but bash lets a child that is killed as it begins run its parent's.
  (carry_out "$@")
  drop_lock
}

# start_holder VERB ARGUMENT…
start_holder() {
  answer=$runtime/answer.$$
  (umask 077 && mkdir -p "$runtime") || return 1
  rm -f "$answer"
  start_group sh "$place/guard" hold "$answer" "$@"
  now
  answer_until=$((now + margin))
  until [ -e "$answer" ]; do
    now
    [ "$now" -lt "$answer_until" ] || break
    sleep "$poll"
  done
  answered=$(first_line "$answer")
  rm -f "$answer"
  [ "$answered" = yes ]
}
