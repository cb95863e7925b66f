# Puts keys on this host. Root runs it; nothing is needed but a POSIX sh and the usual small programs, not even Nix.
#   send_keys REQUIRE_OWNERSHIP REMOVE_OTHERS      yes or no: whether an owner that does not exist is a failure, whether
#                                                  keys go that were put here before and are not part of this delivery
#
# src/secrets/send-keys.ts writes to stdin, after this script, records that begin with a line of one word:
#   key DIRECTORY NAME USER GROUP MODE SIZE BYTES  each but the last a line
#   end                                            without it nothing is changed
# and reads from stdout, one line each, N counting the keys from 0:
#   flotilla-keys-1                                greeting, with the version of these lines
#   unchanged N    written N    removed PATH       what became of a key
#   remark N TEXT                                  for the operator
#   failed N TEXT                                  why a key cannot be put here: then none is
#   error TEXT                                     why it ended half-way
#   end                                            all of it is done
#
# All keys are staged first, each in a directory beside its place that only root can enter, with owner and mode before
# its first byte; then all are renamed. Whoever owns a directory on the way to a key can move things under our feet:
# so every directory is entered one step at a time, only root's links are followed, and all is named from within.
# shellcheck shell=sh disable=SC2154 # read_line assigns

say() {
  printf '%s\n' "$*"
}

give_up() {
  say "error $*"
  exit 1
}

# facts FILE: its mode, the numbers of its owner and group, in $mode, $owner and $group; of a link, its own.
facts() {
  # shellcheck disable=SC2046 # words; globbing is off
  set -- $(ls -ldn "$1" 2>/dev/null)
  mode=${1-} owner=${3-} group=${4-}
  mode=${mode%[+.@]}
  [ -n "$mode" ]
}

# Whether nobody else can have made the link NAME in this directory, nor put another in its place.
is_trusted_link() {
  facts . || return 1
  case $mode in
    ?????????[tT]) ;;
    ????????w?) return 1 ;;
    ?????w????) [ "$group" = 0 ] || return 1 ;;
  esac
  is_trusted "$owner" && facts "./$1" && is_trusted "$owner"
}

is_trusted() {
  [ "$1" = 0 ] || [ "$1" = "$me" ]
}

# enter DIRECTORY make|find: goes there; $here is where it really is, $problem why not. A directory that is just missing
# is no problem for `find`.
enter() {
  problem='' here=''
  cd / || return 1
  rest=$root$1/
  while [ -n "$rest" ]; do
    step=${rest%%/*}
    rest=${rest#*/}
    [ -n "$step" ] || continue
    followed=
    if [ -L "./$step" ]; then
      followed=yes
      is_trusted_link "$step" || problem="$here/$step is a link that others than root can change"
    elif [ ! -e "./$step" ]; then
      [ "$2" = make ] || return 1
      (umask 022 && mkdir "./$step") || [ -d "./$step" ] || problem="$here/$step cannot be made"
    elif [ ! -d "./$step" ]; then
      problem="$here/$step is no directory"
    fi
    [ -z "$problem" ] || return 1
    enter_step || return 1
  done
}

# Whatever is at $step by now.
enter_step() {
  if ! cd -P "./$step" 2>/dev/null; then
    problem="$here/$step cannot be entered"
    return 1
  fi
  real=$(pwd -P)
  if [ -z "$followed" ] && [ "$real" != "$here/$step" ]; then
    problem="$here/$step was exchanged for something else"
    return 1
  fi
  here=${real%/}
}

# open_staging DIRECTORY: goes to a new directory in it that is ours alone.
open_staging() {
  enter "$1" make || return 1
  drop_stale_staging
  directories=$directories$1$newline
  name_staging $((number + 1))
  if ! mkdir "./$staging" || ! enter_staging; then
    problem="$here takes no directory of ours"
    return 1
  fi
  if [ -z "$probed" ]; then probe; fi
}

enter_staging() {
  cd -P "./$staging" || return 1
  [ "$(pwd -P)" = "$here/$staging" ] && facts . && [ "$owner" = "$me" ] || return 1
  case $mode in
    drwx--[-S]---) return 0 ;;
    *) return 1 ;;
  esac
}

# Two directories may be one by another name: each has its own number, and that of this process.
name_staging() {
  number=$1
  staging=.flotilla-keys.$number.$$
}

# The directories of this delivery, one after the other: in $remaining, then in $directory.
begin_directories() {
  remaining=$directories
  number=0
}

next_directory() {
  [ -n "$remaining" ] || return 1
  directory=${remaining%%"$newline"*}
  remaining=${remaining#*"$newline"}
  name_staging $((number + 1))
}

# What was left by one that was killed; its number is that of its process.
drop_stale_staging() {
  set +f
  for stale in ./.flotilla-keys.*; do
    if [ -d "$stale" ] && [ ! -L "$stale" ] && ! kill -0 "${stale##*.}" 2>/dev/null &&
      facts "$stale" && [ "$owner" = "$me" ]; then
      rm -rf "$stale"
    fi
  done
  set -f
}

# What the programs here can do: read a whole block from a pipe, rename a file to nothing but a file.
probe() {
  probed=yes
  if printf x | dd bs=2 count=1 iflag=fullblock conv=fsync of=./probe 2>/dev/null; then
    whole_block='iflag=fullblock conv=fsync'
  fi
  printf x >|./probe
  for option in -T -h; do
    if mv -f "$option" ./probe ./moved 2>/dev/null; then
      no_follow=$option
      break
    fi
  done
  rm -f ./probe ./moved
}

# take SIZE: exactly so many bytes of what the operator sends, to stdout.
take() {
  [ "$1" -gt 0 ] || return 0
  if [ -n "$whole_block" ]; then
    # shellcheck disable=SC2086 # words
    dd bs="$1" count=1 $whole_block <&3 2>/dev/null
  else
    dd bs=1 count="$1" <&3 2>/dev/null
  fi
}

read_line() {
  IFS= read -r "$1" <&3 || give_up 'the keys did not arrive whole'
}

# Takes one key to its staging directory, unless it is there already as it should be.
stage() {
  for field in directory name wanted_user wanted_group permissions size; do read_line "$field"; done
  problem=
  if [ "$directory" != "$staged_in" ]; then
    staged_in=
    if open_staging "$directory"; then staged_in=$directory; fi
  fi
  path=${directory%/}/$name
  if [ -z "$problem" ] && [ -d "../$name" ] && [ ! -L "../$name" ]; then problem="$path is a directory"; fi
  if [ -n "$problem" ]; then
    take "$size" >/dev/null
  else
    fill
  fi
  if [ -n "$problem" ]; then
    say "failed $index $problem"
    failed=yes
  else
    sent=$sent$path$newline
    compare
  fi
  index=$((index + 1))
}

fill() {
  taken=
  {
    own
    taken=yes
    take "$size" || problem="$here has no room for it"
  } >"./$index" || problem="$here has no room for it"
  [ -n "$taken" ] || take "$size" >/dev/null
  # What did not arrive cannot be told from what comes next.
  [ -n "$problem" ] || [ $(($(wc -c <"./$index"))) -eq "$size" ] || give_up 'the keys did not arrive whole'
}

# The owner first: chown takes set-id bits away.
own() {
  # Where the group of root has another name, its number is the same.
  [ "$wanted_user" != root ] || wanted_user=0
  [ "$wanted_group" != root ] || wanted_group=0
  missing=
  if ! chown "$wanted_user" "./$index" 2>/dev/null; then
    missing="user $wanted_user"
  elif ! chgrp "$wanted_group" "./$index" 2>/dev/null; then
    missing="group $wanted_group"
    chown "$me" "./$index"
  fi
  if [ -z "$missing" ]; then
    :
  elif [ "$require_ownership" = yes ]; then
    problem="there is no $missing"
  else
    say "remark $index there is no $missing yet; it belongs to root until the activation" >&4
  fi
  chmod "$permissions" "./$index" || problem="$here takes no permissions"
}

# Decides whether the staged key is to take its place.
compare() {
  if is_same "./$index" "../$name"; then
    rm -f "./$index"
    say "unchanged $index"
  else
    say "$name" >"./$index.name" || give_up "$here is full"
    changed="$changed $index"
  fi
}

is_same() {
  [ -f "$2" ] && [ ! -L "$2" ] && cmp -s "$1" "$2" && facts "$1" || return 1
  staged_facts="$mode $owner $group"
  facts "$2" && [ "$staged_facts" = "$mode $owner $group" ]
}

# Everything is staged: puts it in its places, and takes away what is not declared any more.
commit() {
  read_manifest
  # Before the first key is there: what is cut off here is still known to be ours.
  unite "$known" "$sent"
  write_manifest "$united"
  begin_directories
  while next_directory; do
    if ! enter "$directory" find || ! enter_staging; then
      give_up "${problem:-$directory was changed meanwhile}"
    fi
    for index in $changed; do
      if [ -e "./$index.name" ]; then put_in_place; fi
    done
    cd .. && rm -rf "./$staging"
  done
  [ "$remove_others" != yes ] || remove_others
}

put_in_place() {
  IFS= read -r name <"./$index.name"
  if [ -L "../$name" ]; then rm -f "../$name"; fi
  # With the option mv does not go into a directory, also where a link to one was made right now.
  # shellcheck disable=SC2086 # one word, or none
  mv -f $no_follow "./$index" "../$name" || give_up "$here/$name cannot be replaced"
  say "written $index"
}

remove_others() {
  left=$sent
  remaining=$known
  while [ -n "$remaining" ]; do
    path=${remaining%%"$newline"*}
    remaining=${remaining#*"$newline"}
    if holds "$sent" "$path"; then continue; fi
    remove || left=$left$path$newline
  done
  write_manifest "$left"
}

# Takes away the key at $path, which we put there; fails where it stays.
remove() {
  if ! enter "${path%/*}" find; then
    [ -n "$problem" ] || return 0
    say "remark - $path is no longer declared, but not removed: $problem"
    return 0
  fi
  name=${path##*/}
  if [ -f "./$name" ] || [ -L "./$name" ]; then
    rm -f "./$name" || return 1
    say "removed $path"
  fi
}

# --- what was put here: paths, one a line -----------------------------------------------------------------------------

read_manifest() {
  known=
  [ -e "$manifest" ] || return 0
  while IFS= read -r path; do
    known=$known$path$newline
  done <"$manifest"
}

write_manifest() {
  if [ -z "$1" ]; then
    rm -f "$manifest"
    return
  fi
  if ! (umask 022 && mkdir -p "$root/var/lib") || ! mkdir -p "$root/var/lib/flotilla" ||
    ! printf '%s' "$1" >|"$manifest.new" || ! mv -f "$manifest.new" "$manifest"; then
    give_up "$manifest cannot be written"
  fi
}

# holds LINES LINE
holds() {
  case $newline$1 in
    *"$newline$2$newline"*) return 0 ;;
    *) return 1 ;;
  esac
}

# unite LINES LINES: $united is the first, and those of the second that are not in it.
unite() {
  united=$1
  others=$2
  while [ -n "$others" ]; do
    line=${others%%"$newline"*}
    others=${others#*"$newline"}
    holds "$united" "$line" || united=$united$line$newline
  done
}

# --- all of it --------------------------------------------------------------------------------------------------------

clean_up() {
  trap - EXIT
  begin_directories
  while next_directory; do
    if enter "$directory" find && facts "./$staging" && [ "$owner" = "$me" ]; then rm -rf "./$staging"; fi
  done
}

send_keys() {
  require_ownership=$1
  remove_others=$2
  set -fuC
  umask 077
  unset CDPATH
  # 3: what is sent, for `take` and `read_line` alone; all else reads nothing. 4: stdout, from within a file's.
  exec 3<&0 4>&1 </dev/null

  # Everything hangs off this; empty on a host.
  root=${FLOTILLA_ROOT:-}
  # Nothing inherited: a relative place in it would be one in somebody's directory.
  PATH=$root/run/wrappers/bin:$root/run/current-system/sw/bin:/nix/var/nix/profiles/default/bin
  PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  LC_ALL=C
  export PATH LC_ALL
  manifest=$root/var/lib/flotilla/keys
  me=$(id -u)
  newline='
'
  index=0 number=0 directories='' staged_in='' sent='' changed='' failed='' probed='' whole_block='' no_follow=''

  trap clean_up EXIT
  trap 'exit 1' HUP INT TERM
  # Who began to put keys in their places finishes, also when nobody listens any more.
  trap '' PIPE

  say flotilla-keys-1
  while read_line record; do
    case $record in
      key) stage ;;
      end) break ;;
      *) give_up 'the keys did not arrive whole' ;;
    esac
  done
  [ -z "$failed" ] || exit 1
  commit
  say end
}

# The whole script is read before any of it runs: what arrives only in part does nothing.
send_keys "$@"
