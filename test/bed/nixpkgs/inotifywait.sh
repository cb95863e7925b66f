#!/bin/sh
# inotifywait as the units of keys call it: `-t SECONDS -qq -e create,move DIRECTORY` ends when something came or time is over,
# `-qq -e delete_self FILE` ends when the file is gone, and
# `-qm --format %f -e create,move DIRECTORY` writes the name of each file that comes. It looks once a second.
for last; do :; done

case "$1" in
-t) sleep 1 ;;
-qq)
  while [ -e "$last" ]; do sleep 1; done
  ;;
-qm)
  known=
  while :; do
    for file in "$last"/*; do
      [ -e "$file" ] || continue
      case "$known" in *"/$file/"*) continue ;; esac
      known="$known/$file/"
      printf '%s\n' "${file##*/}" || exit 0
    done
    sleep 1
  done
  ;;
*) exit 64 ;;
esac
