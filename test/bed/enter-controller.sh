#!/bin/sh
# enter-controller.sh NIX COMMAND…: becomes COMMAND with the directory NIX as its /nix. Runs in a mount namespace of its own.
mount --bind "$1" /nix || exit 70
shift
exec "$@"
