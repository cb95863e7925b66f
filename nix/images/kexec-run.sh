#!/bin/sh
# kexec/run of an image for kexec, after the protocol of nixos-images' tarball, which `flotilla install --kexec` and nixos-anywhere both speak:
#
#   run [--kexec-extra-flags FLAGS]
#
# Run as root, from the directory that the image was unpacked into. It adds to the initrd what the installer has in common with this machine
# (who may log in, host keys, addresses, routes), loads the kernel, and says "machine will boot into nixos" once it has. The jump comes
# a few seconds later, so that whoever started it hears the end of it.
set -eu

# Tests have the files of a machine below a directory.
root=${FLOTILLA_ROOT:-}

flags=
while [ $# -gt 0 ]; do
  case $1 in
    --kexec-extra-flags)
      flags=${2-}
      [ $# -lt 2 ] || shift
      ;;
  esac
  shift
done

here=$(cd "$(dirname "$0")" && pwd -P)
state=$(mktemp -d "$here/state.XXXXXXXXXX")
trap 'rm -rf "$state"' EXIT
mkdir "$state/ssh"

# Public keys as they are: one that may do one thing only is no key to all of the installer. But cloud images give root's keys a
# command that only tells to log in as somebody else; those are let in.
add_keys() {
  for file in "$@"; do
    if [ -f "$file" ]; then
      sed -n -E '
        /^[[:space:]]*#/d
        /command="echo .*[Ll]og ?in as .*exit/s/^.*[[:space:]]((ssh|ecdsa|sk)-[^[:space:]]+[[:space:]]+AAAA.*)$/\1/
        /(^|[[:space:]])(ssh|ecdsa|sk)-[^[:space:]]+[[:space:]]+AAAA/p
      ' "$file" >>"$state/ssh/authorized_keys"
    fi
  done
}

user=${SUDO_USER:-${DOAS_USER:-root}}
case $user in
  *[!A-Za-z0-9._-]*) user=root ;;
esac
home=$(eval "printf '%s' ~$user")
# Of several lines for a key sshd takes the first: that of who logs in here.
if [ "$user" != root ]; then
  add_keys "$root$home/.ssh/authorized_keys" "$root$home/.ssh/authorized_keys2" "$root/etc/ssh/authorized_keys.d/$user"
fi
add_keys "$root/root/.ssh/authorized_keys" "$root/root/.ssh/authorized_keys2" "$root/etc/ssh/authorized_keys.d/root"

for key in "$root"/etc/ssh/ssh_host_*; do
  if [ -f "$key" ]; then cp -p "$key" "$state/ssh/"; fi
done
if [ -s "$root/etc/machine-id" ]; then cp "$root/etc/machine-id" "$state/machine-id"; fi

# What is not asked for anew by DHCP or router advertisements, in the words of systemd-networkd, by the card's hardware address.
network_of() {
  card=$1
  printf '[Match]\nMACAddress=%s\n\n[Network]\nLinkLocalAddressing=ipv6\n' "$(cat "$root/sys/class/net/$card/address")"
  "$here/ip" -o addr show dev "$card" scope global >"$state/addresses"
  # A card that had no address asks for one.
  if grep -q 'inet .* dynamic' "$state/addresses" || [ ! -s "$state/addresses" ]; then echo DHCP=ipv4; fi
  if grep -q 'inet6 .* dynamic' "$state/addresses" || [ ! -s "$state/addresses" ]; then echo IPv6AcceptRA=yes; else echo IPv6AcceptRA=no; fi
  sed -n -E '/ dynamic/d; s/.* inet6? ([^ ]+) .*/Address=\1/p' "$state/addresses"
  sed -n -E 's/^nameserver[[:space:]]+([0-9A-Fa-f:.]+).*/\1/p' "$root/etc/resolv.conf" "$root/run/systemd/resolve/resolv.conf" 2>/dev/null |
    grep -v '^127\.' | sort -u | sed 's/^/DNS=/'
  for family in -4 -6; do
    "$here/ip" "$family" route show dev "$card" | grep -v -E 'proto (kernel|dhcp|ra)|^fe80:' | while read -r to word gateway rest; do
      if [ "$word" = via ]; then
        printf '\n[Route]\nGateway=%s\n' "$gateway"
        if [ "$to" != default ]; then printf 'Destination=%s\n' "$to"; fi
        case $rest in *onlink*) echo GatewayOnLink=yes ;; esac
      elif [ "$to" != default ]; then
        printf '\n[Route]\nDestination=%s\n' "$to"
      fi
    done
  done
}
mkdir -p "$state/flotilla/network"
for link in "$root"/sys/class/net/*; do
  if [ -e "$link/device" ]; then network_of "${link##*/}" >"$state/flotilla/network/90-${link##*/}.network"; fi
done
rm -f "$state/addresses"

# The kernel unpacks one archive after another.
(cd "$state" && find . | cpio -o -H newc 2>/dev/null | gzip -c) >>"$here/initrd"

# A signed kernel is loaded by the one call, an old or odd one by the other; before Linux 6.1 asking for both fails.
call=
oldest=$(printf '%s\n' 6.1 "$(uname -r)" | sort -V 2>/dev/null | head -n 1)
if [ "$oldest" = 6.1 ]; then call=--kexec-syscall-auto; fi

# shellcheck disable=SC2086 # flags are words
if ! "$here/kexec" --load "$here/bzImage" $call $flags --initrd="$here/initrd" --no-checks --command-line="$(cat "$here/command-line")"; then
  echo "kexec: the kernel could not be loaded; what this machine's own kernel says:"
  dmesg | tail -n 100
  exit 1
fi

echo "machine will boot into nixos in 6s..."
log=/dev/null
if [ -w /dev/kmsg ]; then log=/dev/kmsg; fi
# shellcheck disable=SC2086 # flags are words
(
  trap '' HUP
  sleep 6
  "$here/kexec" -e $flags
) </dev/null >"$log" 2>&1 &
