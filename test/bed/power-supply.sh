#!/bin/sh
# power-supply.sh DIRECTORY: the power supply and the boot loader of one host. Lives until the host powers off;
# when the host reboots, it starts the entry that is the boot loader's default by then.
directory=$1
trap '' HUP INT TERM
status=133 # how systemd-nspawn ends when the guest asks for a reboot
while [ "$status" = 133 ]; do
  nsenter "--net=$directory/network" ip address flush dev eth0
  default=$(cat "$directory/boot/loader/default" 2>/dev/null)
  if [ -n "$default" ]; then
    init=$default/init
  else
    # No system installed: bare Debian, with its address set from outside.
    init=/usr/lib/systemd/systemd
    nsenter "--net=$directory/network" ip address add "$(cat "$directory/address")/24" dev eth0
    nsenter "--net=$directory/network" ip link set eth0 up
  fi
  echo "[power] on: $init"
  # A pure cgroup2 inside, whatever the machine has; --keep-unit lets a reboot end nspawn instead of looping in it.
  SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 systemd-nspawn --quiet --register=no --keep-unit --kill-signal=SIGRTMIN+4 \
    --machine="${directory##*/}" --directory="$directory/root" \
    --bind="$directory/nix:/nix" --bind="$directory/boot:/boot" --network-namespace-path="$directory/network" \
    --capability=CAP_NET_ADMIN --resolv-conf=off --timezone=off --link-journal=no --console=pipe "$init"
  status=$?
  echo "[power] off: $status"
done
