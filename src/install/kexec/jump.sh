# Brings an installer into the memory of a machine and starts it there. Run as root by install/kexec/: `sh -c THIS sh VERB WORD...`
#
#   download KIBIBYTES FORMAT SHA256 URL   the machine fetches the image itself; SHA256 is - where it is not known
#   unpack KIBIBYTES FORMAT                the image comes as stdin
#   start DIRECTORY WHO FLAGS              stdin, an archive, is added to its initrd; then its own `run` starts it
#   clean DIRECTORY
# install/kexec/place-image.ts puts before it:
#   $places   where there may be room, in the order to try
#
# FORMAT is none, gzip, xz or zstd, of a tar with kexec/run in it. Nothing of an image is run before all of it is there and
# its checksum is right. stdout has lines for install/kexec/: directory=…, progress=BYTES, and of `start` the log of `run`.
# Its exit statuses are named in install/kexec/place-image.ts. Only memory and one directory are written.
# shellcheck shell=sh disable=SC2154 # places

PATH=$PATH:/run/wrappers/bin:/run/current-system/sw/bin:/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin
LC_ALL=C
export PATH LC_ALL
umask 077

cannot_download=10
wrong_checksum=11
no_room=12
broken_image=13
nobody_could_log_in=14
run_failed=15

has() {
  command -v "$1" >/dev/null 2>&1
}

say() {
  printf '%s\n' "$*" >&2
}

# The number before the percentage, wherever blanks stand in the line of df.
free_kibibytes() {
  free=0
  for word in $(df -Pk "$1" 2>/dev/null | tail -n 1); do
    case $word in
      [0-9]*%) break ;;
      *[!0-9]*) ;;
      *) free=$word ;;
    esac
  done
  printf '%s' "$free"
}

# Whether so many KiB are free in a directory.
has_room() {
  [ -d "$1" ] && [ -w "$1" ] && [ "$(free_kibibytes "$1")" -ge "$2" ]
}

# Whether programs may be run from a directory that is root's own: in one that is everybody's, somebody could put another in its place.
runs_programs() {
  printf '#!/bin/sh\n' >"$1/probe" 2>/dev/null && chmod 700 "$1/probe" && "$1/probe" 2>/dev/null && rm -f "$1/probe"
}

# A directory of root's own, in $directory. What an earlier try left is taken away first, so that it is not in the way.
make_directory() {
  for place in $places; do
    rm -rf "$place"/flotilla-kexec.??????????
  done
  for place in $places; do
    has_room "$place" "$1" || continue
    directory=$(mktemp -d "$place/flotilla-kexec.XXXXXXXXXX") || continue
    if runs_programs "$directory" && mkdir "$directory/image"; then
      printf 'directory=%s\n' "$directory"
      return
    fi
    rm -rf "$directory"
  done
  say "none of $places has $1 KiB free for programs"
  exit "$no_room"
}

decompress() {
  case $1 in
    none) cat ;;
    *) "$1" -dc ;;
  esac
}

# From stdin, into $directory/image.
extract() {
  # All is read, also what stands behind the archive: it is part of the checksum.
  decompress "$1" | {
    tar -C "$directory/image" -xf -
    status=$?
    cat >/dev/null
    exit $status
  } || return 1
  [ -f "$directory/image/kexec/run" ] && chmod 700 "$directory/image/kexec/run"
}

unpack() {
  make_directory "$1"
  if ! extract "$2"; then
    say "this is no tar archive with kexec/run in it, or it broke off"
    rm -rf "$directory"
    exit "$broken_image"
  fi
}

# To stdout. Only what checks whom it speaks with, where no checksum will say whether it is the right image.
fetch() {
  # Who asks for a connection that nobody can meddle with is not led to another.
  case $1 in
    https:*) redirects='=https' ;;
    *) redirects='=http,https' ;;
  esac
  if has curl; then
    curl --proto-redir "$redirects" --fail --location --silent --show-error --connect-timeout 15 --speed-limit 1000 --speed-time 30 -- "$1"
  elif has wget && ! is_busybox_wget; then
    wget --quiet --tries=1 --timeout=30 --output-document=- -- "$1"
  elif has wget && [ "$2" != - ]; then
    wget -q -T 30 -O - "$1"
  else
    say "there is no curl or wget that checks certificates"
    return 1
  fi
}

is_busybox_wget() {
  wget --help 2>&1 | grep -qi busybox
}

# Fetches, sums and unpacks in one go; says in files how each went.
fetch_and_extract() {
  mkfifo "$directory/bytes" || return
  sha256sum <"$directory/bytes" >"$directory/sum" &
  {
    fetch "$1" "$3"
    printf '%s\n' $? >"$directory/fetched"
  } | tee "$directory/bytes" | extract "$2"
  printf '%s\n' $? >"$directory/extracted"
  wait
}

tell_progress() {
  while kill -0 "$1" 2>/dev/null; do
    sleep 1
    kibibytes=$(du -sk "$directory/image" 2>/dev/null)
    printf 'progress=%s\n' "$((${kibibytes%%[!0-9]*} * 1024))"
  done
}

give_up() {
  rm -rf "$directory"
  exit "$1"
}

download() {
  format=$2 sum=$3 url=$4
  if ! has tar || ! has mkfifo || { [ "$sum" != - ] && ! has sha256sum; } || { [ "$format" != none ] && ! has "$format"; }; then
    say "programs are missing"
    exit "$cannot_download"
  fi
  make_directory "$1"
  fetch_and_extract "$url" "$format" "$sum" </dev/null &
  fetching=$!
  tell_progress "$fetching"
  wait "$fetching"
  if [ "$(cat "$directory/fetched" 2>/dev/null)" != 0 ]; then give_up "$cannot_download"; fi
  read -r got _ <"$directory/sum"
  if [ "$sum" != - ] && [ "$got" != "$sum" ]; then
    say "$url has the checksum $got, not $sum"
    give_up "$wrong_checksum"
  fi
  if [ "$(cat "$directory/extracted")" != 0 ]; then
    say "$url is no tar archive with kexec/run in it"
    give_up "$broken_image"
  fi
}

# Whether an image that takes over the keys of whoever logs in here would find one.
finds_keys() {
  user=${SUDO_USER:-${DOAS_USER:-root}}
  home=$(sh -c "echo ~$user" 2>/dev/null)
  cat /root/.ssh/authorized_keys /root/.ssh/authorized_keys2 "$home/.ssh/authorized_keys" "$home/.ssh/authorized_keys2" \
    /etc/ssh/authorized_keys.d/root "/etc/ssh/authorized_keys.d/$user" 2>/dev/null |
    grep -q -E '(ssh|ecdsa|sk)-[^ ]+ '
}

# For machines without cpio: enough of it for `cpio -o -H newc`.
write_cpio() {
  cat >"$1" <<'END'
#!/bin/sh
number=0
pad() {
  case $(($1 % 4)) in
    1) printf '\000\000\000' ;;
    2) printf '\000\000' ;;
    3) printf '\000' ;;
  esac
}
entry() {
  printf '070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X' "$1" "$2" 0 0 1 0 "$3" 0 0 0 0 $((${#4} + 1)) 0
  printf '%s\000' "$4"
  pad $((110 + ${#4} + 1))
}
while IFS= read -r path; do
  number=$((number + 1))
  if [ -d "$path" ]; then
    entry "$number" "0x$(stat -c %f "$path")" 0 "$path"
  elif [ -f "$path" ]; then
    size=$(wc -c <"$path")
    entry "$number" "0x$(stat -L -c %f "$path")" "$((size))" "$path"
    cat "$path"
    pad "$((size))"
  fi
done
entry 0 0 0 'TRAILER!!!'
END
  chmod 700 "$1"
}

start() {
  directory=$1
  if [ "$2" = found-here ] && ! finds_keys; then
    say "neither root nor ${SUDO_USER:-${DOAS_USER:-root}} has authorized_keys here"
    exit "$nobody_could_log_in"
  fi
  cat >>"$directory/image/kexec/initrd" || exit "$no_room"
  if ! has cpio; then
    mkdir -p "$directory/programs"
    write_cpio "$directory/programs/cpio"
    PATH=$PATH:$directory/programs
  fi
  TMPDIR=$directory "$directory/image/kexec/run" --kexec-extra-flags "$3" </dev/null >"$directory/log" 2>&1
  status=$?
  cat "$directory/log"
  if ! grep -q 'machine will boot into nixos' "$directory/log"; then
    say "kexec/run ended with $status"
    exit "$run_failed"
  fi
}

jump() {
  verb=$1
  shift
  case $verb in
    download | unpack | start) "$verb" "$@" ;;
    clean)
      case $1 in
        */flotilla-kexec.??????????) rm -rf "$1" ;;
      esac
      ;;
  esac
}

jump "$@"
