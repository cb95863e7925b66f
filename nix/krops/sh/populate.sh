# shellcheck shell=sh disable=SC2154 # what is set before this text
# Populates a target with sources. Below come the calls: begin, then one a source. What they take is said at each.
#
# Set before this text:
#   target_name      for messages: HOST: or nothing
#   target_ssh       the words of the ssh that leads to the target, quoted for a shell; empty: the target is this machine
#   target_host      the address for ssh
#   target_rsync     the same for rsync, with its colon; empty: this machine
#   target_path      where the sources go
#   target_sudo      true: as root, with sudo

# All that is kept here for a while may be a secret.
make_workspace() {
  workspace=
  for workspace_parent in "${XDG_RUNTIME_DIR:-}" /dev/shm "${TMPDIR:-/tmp}"; do
    if [ ! -d "$workspace_parent" ] || [ ! -w "$workspace_parent" ]; then continue; fi
    workspace=$(umask 077 && mktemp -d "$workspace_parent/populate.XXXXXXXX") && break
  done
  [ -n "$workspace" ] || fail "no directory for temporary files"
  trap leave EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

leave() {
  leave_status=$?
  if [ -S "$workspace/ssh" ]; then
    eval "set -- $target_ssh"
    "$@" -o ControlPath="$workspace/ssh" -O exit -- "$target_host" 2>/dev/null || :
  fi
  rm -rf "$workspace"
  exit "$leave_status"
}

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

need() {
  for need_program in "$@"; do
    command -v "$need_program" >/dev/null || fail "$need_program is not installed here"
  done
}

# shared_ssh WORD…: the words of ssh, quoted; all steps share one login.
shared_ssh() {
  quote "$@" -o ControlMaster=auto -o ControlPath="$workspace/ssh" -o ControlPersist=60
}

# on_target SCRIPT WORD…: runs a script of sh there, with the words as its arguments. It gets our standard input.
on_target() {
  on_target_script=$1
  shift
  set -- /bin/sh -c "$on_target_script" sh "$@"
  [ "$target_sudo" = false ] || set -- sudo "$@"
  if [ -z "$target_ssh" ]; then
    "$@"
    return
  fi
  on_target_line=$(remote_command_line "$@")
  eval "set -- $ssh_words"
  "$@" -- "$target_host" "$on_target_line"
}

# rsync splits the words of its remote shell itself: in single quotes, a quote is two of them.
rsync_shell() {
  for rsync_shell_word in "$@"; do
    printf "'%s' " "$(printf '%s' "$rsync_shell_word" | sed "s/'/''/g")"
  done
}

# transfer SOURCE NAME OPTION…: a file, or what is in a directory.
transfer() {
  transfer_source=$1
  transfer_name=$2
  shift 2
  transfer_kind='file'
  if [ -d "$transfer_source" ]; then
    transfer_kind=directory
    transfer_source=$transfer_source/
  fi
  # What another type of source has left would be written into, or through.
  # shellcheck disable=SC2016 # for the target to expand
  on_target '
    case $1 in
      file) [ ! -L "$2" ] && [ ! -d "$2" ] ;;
      directory) [ ! -L "$2" ] && { [ -d "$2" ] || [ ! -e "$2" ]; } ;;
    esac || rm -rf -- "$2"
  ' "$transfer_kind" "$target_path/$transfer_name" </dev/null
  set -- --protect-args -vFrlptD "$@" -- "$transfer_source" "$target_rsync$target_path/$transfer_name"
  if [ -z "$target_ssh" ]; then
    [ "$target_sudo" = false ] || {
      sudo rsync "$@" >&2
      return
    }
  else
    [ "$target_sudo" = false ] || set -- --rsync-path='sudo rsync' "$@"
    set -- -e "$(eval "rsync_shell $ssh_words")" "$@"
  fi
  rsync "$@" >&2
}

# --- the steps ------------------------------------------------------------------------------------------------------

# begin FORCE BACKUP: looks for the sentinel, which says that this directory is ours to write to.
begin() {
  [ -z "$target_ssh" ] || need ssh od
  make_workspace
  ssh_words=$(eval "shared_ssh $target_ssh")
  # shellcheck disable=SC2016 # for the target to expand
  on_target '
    set -eu
    path=$1 name=$2 force=$3 backup=$4
    sentinel=$path/.populate
    if [ "$force" = true ]; then
      mkdir -p -- "$path"
      [ -e "$sentinel" ] || : >"$sentinel"
    fi
    if [ ! -e "$sentinel" ]; then
      printf "error: missing sentinel file: %s\n" "$name$sentinel" >&2
      exit 1
    fi
    [ "$backup" = true ] || exit 0
    # The backup lies in the sentinel, which is a file as long as there is none.
    if [ ! -d "$sentinel" ]; then
      if [ -s "$sentinel" ]; then
        printf "error: sentinel file is not a directory, and not empty: %s\n" "$name$sentinel" >&2
        exit 1
      fi
      rm -f -- "$sentinel"
      mkdir -- "$sentinel"
    fi
    rsync -aAXF --delete --exclude /.populate --link-dest="$(cd "$path" && pwd)" -- \
      "$path/" "$sentinel/backup/" >&2
  ' "$target_path" "$target_name" "$1" "$2" </dev/null
}

# Said before each source.
announce() {
  printf 'populate %s%s/%s (%s)\n' "$target_name" "$target_path" "$1" "$2" >&2
}

# populate_derivation NAME EXPRESSION
populate_derivation() {
  announce "$1" derivation
  # shellcheck disable=SC2016 # for the target to expand
  on_target '
    [ -L "$2" ] || rm -rf -- "$2"
    exec nix-build -E "$1" -o "$2" >&2
  ' "$2" "$target_path/$1" </dev/null
}

# populate_file NAME PATH OPTION…: the options are rsync's.
populate_file() {
  announce "$1" file
  need rsync
  [ -e "$2" ] || fail "$1: there is no $2"
  populate_file_name=$1
  populate_file_path=$2
  shift 2
  transfer "$populate_file_path" "$populate_file_name" "$@"
}

# populate_git NAME SHALLOW FETCH-ALWAYS URL REF EXCLUDED…
populate_git() {
  announce "$1" git
  populate_git_name=$1
  shift
  on_target "$git_on_target" "$target_path/$populate_git_name" "$@" </dev/null >&2
}

# populate_pass NAME DIRECTORY SUBDIRECTORY: what is in a password store, decrypted; only when it has changed.
populate_pass() (
  umask 077
  announce "$1" pass
  need pass rsync
  [ -d "$2/$3" ] || fail "$1: there is no $2/$3"
  pass_info=
  if [ -e "$2/.git" ]; then
    need git
    # What is not committed has no name to compare.
    if [ -z "$(git -C "$2" status --porcelain -- "$3")" ]; then
      # Links are followed, so what they lead to counts too.
      pass_info="$3 $(
        git -C "$2" log -1 --format=%H -- "$3"
        find "$2/$3" -type l -exec realpath {} + | sort | while IFS= read -r pass_linked; do
          # What lies outside has no version: it counts as changed.
          git -C "$2" log -1 --format=%H -- "$pass_linked" 2>/dev/null || date +%s
        done
      )"
      # shellcheck disable=SC2016 # for the target to expand
      [ "$pass_info" != "$(on_target 'cat -- "$1" 2>/dev/null || :' "$target_path/$1/.pass_info" </dev/null)" ] ||
        return 0
    fi
  fi
  new_secrets
  find -L "$2/$3" -type f -name '*.gpg' >"$workspace/list"
  while IFS= read -r pass_file; do
    pass_entry=${pass_file#"$2/$3/"}
    pass_entry=${pass_entry%.gpg}
    mkdir -p -- "$(dirname -- "$workspace/secrets/$pass_entry")"
    PASSWORD_STORE_DIR=$2 pass show "$3/$pass_entry" </dev/null >"$workspace/secrets/$pass_entry"
    [ ! -e "$2/.git" ] || date_as_committed "$2" "$pass_file" "$workspace/secrets/$pass_entry"
  done <"$workspace/list"
  [ -z "$pass_info" ] || printf '%s\n' "$pass_info" >"$workspace/secrets/.pass_info"
  send_secrets "$1"
)

# populate_passage NAME DIRECTORY AGE IDENTITIES: what is in a passage store, decrypted. IDENTITIES may be empty.
populate_passage() (
  umask 077
  announce "$1" passage
  need passage rsync
  [ -d "$2" ] || fail "$1: there is no $2"
  new_secrets
  find -L "$2" -type f -name '*.age' >"$workspace/list"
  while IFS= read -r passage_file; do
    passage_entry=${passage_file#"$2/"}
    passage_entry=${passage_entry%.age}
    mkdir -p -- "$(dirname -- "$workspace/secrets/$passage_entry")"
    PASSAGE_DIR=$2 PASSAGE_AGE=$3 PASSAGE_IDENTITIES_FILE=${4:-$HOME/.passage/identities} \
      passage show "$passage_entry" </dev/null >"$workspace/secrets/$passage_entry"
    touch -r "$passage_file" -- "$workspace/secrets/$passage_entry"
  done <"$workspace/list"
  send_secrets "$1"
)

new_secrets() {
  rm -rf "$workspace/secrets"
  mkdir "$workspace/secrets"
}

send_secrets() {
  transfer "$workspace/secrets" "$1" --delete-excluded
  rm -rf "$workspace/secrets"
}

# date_as_committed REPOSITORY FILE COPY: a date that is the same each time, so that rsync leaves what is the same.
date_as_committed() {
  committed=$(TZ=UTC0 git -C "$1" log -1 --date=format-local:%Y%m%d%H%M.%S --format=%ad -- "$2")
  [ -z "$committed" ] || TZ=UTC0 touch -t "$committed" -- "$3"
}

# populate_pipe NAME COMMAND: what a program here prints, whole or not at all.
populate_pipe() {
  announce "$1" pipe
  (umask 077 && "$2" >"$workspace/pipe")
  # A file that is there keeps its mode and owner.
  # shellcheck disable=SC2016 # for the target to expand
  on_target '
    set -eu
    new=${1%/*}/.${1##*/}.new
    rm -rf -- "$new"
    if [ -L "$1" ] || [ -d "$1" ]; then rm -rf -- "$1"; fi
    [ ! -e "$1" ] || cp -p -- "$1" "$new"
    cat >"$new"
    mv -f -- "$new" "$1"
  ' "$target_path/$1" <"$workspace/pipe"
  rm -f "$workspace/pipe"
}

# populate_symlink NAME DESTINATION
populate_symlink() {
  announce "$1" symlink
  # shellcheck disable=SC2016 # for the target to expand
  on_target '
    [ -L "$2" ] || rm -rf -- "$2"
    ln -fns -- "$1" "$2"
  ' "$2" "$target_path/$1" </dev/null
}
