# --- the end of a run -----------------------------------------------------------------------------------------------

# finish OUTCOME CODE MESSAGE
finish() {
  [ ! -e "$live/outcome" ] || return 0
  enter_state finished "$1"
  rm -f "$record/reserve"
  write_atomically "$record/outcome" "$1
$2
$(one_line "$3")" 2>/dev/null || :
  keep log events state || :
  # Whoever follows hears of it only now, when it outlives a power cut.
  write_atomically "$live/outcome" "$1
$2
$(one_line "$3")"
  release
  prune
}

# Whether the run is at its end; killed between the two, it is.
has_outcome() {
  [ -e "$live/outcome" ] || { [ -e "$record/outcome" ] && cp "$record/outcome" "$live/outcome"; }
}

# Gives back what the run held. The deadman and the holder only if they are this run's.
release() {
  rm -f "$gcroots/$run"-*
  if [ "$(holder)" = "$run" ]; then
    disarm_deadman
    rm -f "$runtime/holder"
  fi
}

prune() {
  [ -d "$records" ] || return 0
  count=0
  # shellcheck disable=SC2012 # the names are run ids
  ls -1t "$records" | while read -r name; do
    [ -e "$records/$name/outcome" ] || continue
    count=$((count + 1))
    [ "$count" -le "$kept_runs" ] || rm -rf "${records:?}/$name" "${runtime:?}/runs/$name"
  done
}

# Nothing was changed, and the guard says why.
refuse() {
  finish refused "$1" "$2"
  exit 0
}
