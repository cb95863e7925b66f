#!/bin/sh
# Stage 2: PID 1 of a host of the bed until systemd takes over.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
echo "<<< NixOS-shaped stage 2: @out@ >>>"
mkdir -p /run/nixos /nix/var/nix/gcroots
ln -sfn @out@ /run/booted-system
[ -e /nix/var/nix/gcroots/booted-system ] || ln -sfn /run/booted-system /nix/var/nix/gcroots/booted-system
@out@/activate || echo "activation at boot failed with $?"
exec /usr/lib/systemd/systemd "$@"
