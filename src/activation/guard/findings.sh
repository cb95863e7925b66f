# --- what there is before any change --------------------------------------------------------------------------------

# Notes what is there, in both places; a disk that cannot take it is a reason to change nothing.
look_around() {
  # Nobody reads them before there is a state, so that they need not appear at once and whole.
  current_system >"$live/old"
  printf '%s\n' "$(failing_units)" >"$live/failed-before"
  login_user >"$live/login-user"
  boot_id >"$live/boot-id"
  look_at_profiles
  read_findings
  record_findings || refuse E_TARGET_DISK_FULL "the run cannot be recorded in $record"
  enter_state starting
  [ -z "$homeless" ] || refuse E_CONFIGURATION "$homeless"
  make_gcroots || refuse E_TARGET_DISK_FULL "the new system cannot be rooted in $gcroots"
}

look_at_profiles() {
  homeless='' number=1
  while [ "$number" -le "$profile_count" ]; do
    look_at_profile || homeless="$profile_name: this host has no user $profile_user"
    number=$((number + 1))
  done
}

look_at_profile() {
  found_profile "$number" >"$live/profile-$number.new" && mv -f "$live/profile-$number.new" "$live/profile-$number"
}

# Of a user whom the system before it may have brought just now.
look_again() {
  look_at_profile || return 0
  use_profile "$number"
  keep "profile-$number" || :
}

# The reserve is given back for the outcome, should the disk fill up meanwhile.
record_findings() {
  set -- guard order old failed-before login-user boot-id
  for file in "$live"/profile-*; do
    set -- "$@" "${file##*/}"
  done
  (umask 077 && mkdir -p "$record") && keep "$@" && dd if=/dev/zero of="$record/reserve" bs=65536 count=1
} 2>/dev/null

# Those of what is new have been there since before it was copied. One that is a week old belongs to a run that never
# came to its guard: nobody else takes it away.
make_gcroots() {
  [ ! -d "$gcroots" ] || find "$gcroots" -type l -mtime +7 -exec rm -f {} + || :
  mkdir -p "$gcroots" && make_gcroot old "$old" || return 1
  number=1
  while [ "$number" -le "$profile_count" ]; do
    use_profile "$number"
    make_gcroot "new-$number" "$profile_path" && make_gcroot "old-$number" "$profile_old_path" || return 1
    number=$((number + 1))
  done
} 2>/dev/null

make_gcroot() {
  [ -z "$2" ] || ln -sfn "$2" "$gcroots/$run-$1"
}
