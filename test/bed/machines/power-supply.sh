#!/bin/sh
# power-supply.sh DIRECTORY: runs the machine whose QEMU words are in DIRECTORY/words, one a line. One that was started from a stick leaves
# QEMU when it reboots, and goes on without the stick: with DIRECTORY/words-after.
set -eu
cd "$1"
words() {
  IFS='
'
  set -f
  # shellcheck disable=SC2046 # a line is a word
  exec $(cat "$1")
}
if [ -e words-after ]; then
  rm -f events.in
  mkfifo events.in
  exec 3<>events.in
  echo '{"execute":"qmp_capabilities"}' >&3
  (words words) <&3 >events.log
  exec 3>&-
  # A machine that was switched off stays off.
  grep -q '"reason": "guest-reset"' events.log || exit 0
  mv words-after words
fi
words words
