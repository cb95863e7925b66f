# Everything onto the disks, and the disks closed, as far as that can be done: what stays open is said, and is no reason not to
# reboot. A job of install/steps/leave-installer.ts.
#   ROOT
# shellcheck shell=sh

root=$1
sync
swapoff -a 2>/dev/null
# Some may be mounted on each other; what is busy for a moment is free in the next.
tries=0
while grep -q " ${root}[ /]" /proc/mounts && [ "$tries" -lt 10 ]; do
  tries=$((tries + 1))
  # The deepest first.
  while read -r _ place _; do
    case $place in "$root" | "$root"/*) printf '%s\n' "$place" ;; esac
  done </proc/mounts | sort -r | while IFS= read -r place; do
    # Blanks are octal numbers there.
    umount "$(printf '%b' "$place" | sed 's/\\040/ /g')" 2>&1
  done
  if grep -q " ${root}[ /]" /proc/mounts; then sleep 1; fi
done
if command -v zpool >/dev/null 2>&1 && [ -n "$(zpool list -H -o name 2>/dev/null)" ]; then
  # A pool that was not exported is refused by the machine that boots from it.
  zpool export -a || echo "flotilla: not every pool could be exported: the first boot may want zpool import -f"
fi
if grep -q " ${root}[ /]" /proc/mounts; then echo "flotilla: still mounted: $(grep " ${root}[ /]" /proc/mounts)"; fi
sync
