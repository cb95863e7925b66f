# --- how profiles stand ---------------------------------------------------------------------------------------------

# Answers about the profiles of an order that stands before this, without a run. One line each, with tabs:
#   state NUMBER LINK PATH GENERATION ACTIVE     what a profile holds, and yes where nothing is left to do
#   generation NUMBER PATH DATE                  of the first profile, the newest first; the date is the host's local time

live=$runtime/none
tab=$(printf '\t')

tell_state() {
  state_link='' state_path='' state_generation='' state_active=no
  use_profile "$1"
  if home_of "$profile_user" >/dev/null && profile_link=$(find_profile_link); then
    find_way
    find_system
    state_link=$profile_link
    state_path=$(resolve_profile)
    state_generation=$(generation)
    ! is_active || state_active=yes
  fi
  printf '%s\n' "state$tab$1$tab$state_link$tab$state_path$tab$state_generation$tab$state_active"
}

is_active() {
  [ "$state_path" = "$profile_path" ] &&
    [ "${profile_wanted_generation:-$state_generation}" = "$state_generation" ] &&
    { [ -z "$profile_system" ] || is_new_system_running; }
}

tell_states() {
  number=1
  while [ "$number" -le "$profile_count" ]; do
    tell_state "$number"
    number=$((number + 1))
  done
}

tell_generations() {
  use_profile 1
  profile_link=$(find_profile_link) || return 0
  for file in "$profile_link"-*-link; do
    [ -L "$file" ] || continue
    generation_number "${file##*/}"
  done | sort -rn | while read -r number; do
    file=$profile_link-$number-link
    held=$(in_one_line "$(readlink "$file")")
    [ -n "$held" ] || continue
    changed=$(stat -c %y "$file" 2>/dev/null || stat -f %Sm -t '%Y-%m-%d %H:%M:%S' "$file")
    printf '%s\n' "generation$tab$number$tab$held$tab${changed%%.*}"
  done
}

cd / || exit
"$1"
exit 0
