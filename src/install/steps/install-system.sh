# Makes a system that lies in the store below ROOT the one that the machine boots, and looks whether it is: nixos-install can end
# well without. A job of install/steps/install-system.ts.
#   ROOT SYSTEM LOADER ESP CHECKS   LOADER is "any", "efi" or "none"; ESP is where it has its files, below ROOT; CHECKS is "no" where
#                                   the system's own checks are to be left out
# shellcheck shell=sh

root=$1
system=$2
loader=$3
esp=$4

fail() {
  printf 'flotilla: %s\n' "$*" >&2
  exit 1
}

PATH=/run/current-system/sw/bin:$PATH
export PATH
# Programs that run during the activation look for it.
mkdir -p "$root/tmp"
chmod 1777 "$root/tmp"
if [ "$5" = no ]; then
  NIXOS_NO_CHECK=1
  export NIXOS_NO_CHECK
fi

# All of it is there already: no cache is asked.
nixos-install --root "$root" --system "$system" --no-root-passwd --no-channel-copy --option substituters '' </dev/null ||
  fail "nixos-install ended with status $?"

# Both links are of the new system, whose paths begin at ROOT.
profiles=/nix/var/nix/profiles
generation=$(readlink "$root$profiles/system") || fail "there is no system profile in the new system"
installed=$(readlink "$root$profiles/${generation##*/}")
[ "$installed" = "$system" ] || fail "the system profile is ${installed:-nothing}, and was to be $system"

case $loader in
  none) ;;
  *)
    # Whatever the loader is, the system's own init is in what it reads.
    found=
    for directory in "$root$esp" "$root/boot" "$root"/boot[0-9]*; do
      [ -d "$directory" ] || continue
      if grep -rqsF "init=$system/init" "$directory"; then found=yes; fi
    done
    [ -n "$found" ] || fail "the boot loader has no entry for $system: look at what nixos-install printed above"
    ;;
esac
if [ "$loader" = efi ]; then
  program=$(find "$root$esp" -iname '*.efi' -ipath '*/efi/*' | head -n 1)
  [ -n "$program" ] || fail "there is no boot loader in $esp: look at what nixos-install printed above"
fi
sync
echo 'flotilla: the boot loader has its entry'
