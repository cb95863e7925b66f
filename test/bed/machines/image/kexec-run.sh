#!/bin/sh
# run: into the installer, after the protocol of nixos-images' kexec tarball. A stand-in of the test bed: it keeps of the network
# what theirs keeps (addresses and routes of each interface, by its hardware address), and loses what theirs loses.
set -eu
extra_flags=''
while [ $# -gt 0 ]; do
  case "$1" in
  --kexec-extra-flags)
    extra_flags=$2
    shift
    ;;
  esac
  shift
done
here=$(dirname "$(readlink -f "$0")")
extra=$(mktemp -d "$here/extra.XXXXXX")
trap 'rm -rf "$extra"' EXIT
cd "$extra"
# Its mode becomes the one of the installer's root.
chmod 0755 .
mkdir ssh network

keys_of() {
  for file in "$1/.ssh/authorized_keys" "$1/.ssh/authorized_keys2"; do
    [ ! -e "$file" ] || grep -o '\(ssh\|ecdsa\|sk\)-[^ ]* .*' "$file" >>ssh/authorized_keys || :
  done
}
keys_of /root
user=${SUDO_USER-${DOAS_USER-}}
if [ -n "$user" ]; then keys_of "$(getent passwd "$user" | cut -d: -f6)"; fi
for file in /etc/ssh/authorized_keys.d/root "/etc/ssh/authorized_keys.d/$user"; do
  [ ! -f "$file" ] || cat "$file" >>ssh/authorized_keys
done
for file in /etc/ssh/ssh_host_*; do
  [ ! -e "$file" ] || cp -a "$file" ssh/
done

"$here/ip" --json addr >addrs.json
"$here/ip" -4 --json route >routes-v4.json
"$here/ip" -6 --json route >routes-v6.json
for link in /sys/class/net/*; do
  interface=${link##*/}
  mac=$(cat "$link/address")
  case "$mac" in '' | 00:00:00:00:00:00) continue ;; esac
  addresses=$("$here/ip" -o addr show dev "$interface" scope global)
  [ -n "$addresses" ] || continue
  {
    printf '[Match]\nMACAddress=%s\n[Network]\nIPv6AcceptRA=no\n' "$mac"
    case "$addresses" in *dynamic*) echo DHCP=ipv4 ;; esac
    echo "$addresses" | grep -v dynamic | sed -n 's/.* inet6* \([^ ]*\) .*/Address=\1/p'
    "$here/ip" route show dev "$interface" | grep -v -e proto.dhcp -e proto.kernel | sed -n 's/^default via \([^ ]*\).*/Gateway=\1/p'
  } >"network/00-$interface.network"
done
[ ! -f /etc/machine-id ] || cp /etc/machine-id machine-id
find . | "$here/busybox" cpio -o -H newc -R 0:0 2>/dev/null | gzip -9 >>"$here/initrd"

# shellcheck disable=SC2086 # flags are words
"$here/kexec" --load "$here/bzImage" --kexec-syscall-auto $extra_flags --initrd="$here/initrd" \
  --command-line 'init=/init console=ttyS0 net.ifnames=0 panic=-1 quiet' || {
  echo "kexec failed, dumping dmesg"
  dmesg | tail -n 100
  exit 1
}
echo "machine will boot into nixos in 2s..."
if [ -e /dev/kmsg ]; then exec >/dev/kmsg 2>&1; else exec >/dev/null 2>&1; fi
nohup sh -c "sleep 2 && '$here/kexec' -e $extra_flags" &
