# What an install finds of earlier ones: what is mounted, what runs, and the records that installs leave on the disks they make
# (install/install-record.ts). Run as root by install/machine-standing.ts.
#   sh -s -- ROOT     ROOT is where the disks of the new system are mounted
# shellcheck shell=sh

record=nix/var/flotilla/install.json

say() { printf '%s=%s\000' "$1" "$2"; }

say begin flotilla-standing-1
while read -r _ place _; do
  [ "$place" != "$1" ] || say mounted yes
done </proc/mounts
say installing "$(cat "$1/$record" 2>/dev/null)"
say installed "$(cat "/$record" 2>/dev/null)"
say current_system "$(readlink -f /run/current-system 2>/dev/null)"
say end ''
