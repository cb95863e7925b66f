# Looks through the store of a system whose install a power cut may have ended: a database that reached the disk can call paths
# whole that did not. What was written since this installer was started is not doubted. A job of install/steps/mend-store.ts.
#   ROOT DIRECTORY    DIRECTORY is emptied by a restart
# shellcheck shell=sh

root=$1
directory=$2
database=$root/nix/var/nix/db

PATH=$PATH:/run/current-system/sw/bin
export PATH
[ ! -e "$directory/store-is-ours" ] || exit 0
# Of a system that was finished, or that somebody else made, nothing is thrown away.
if [ -d "$database" ] && grep -qs '"state":"disks"' "$root/nix/var/flotilla/install.json"; then
  echo 'flotilla: looking whether what was copied before this installer started is whole'
  if ! nix-store --store "$root" --verify --check-contents; then
    # What it does not know of is copied again.
    echo 'flotilla: it is not: all of it is copied again'
    rm -rf "$database"
  fi
fi
mkdir -p "$directory"
: >"$directory/store-is-ours"
