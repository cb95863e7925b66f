#!/bin/sh
# flotilla on three real hosts, on a fresh Debian machine: npm run demo [-- --keep]
set -eu
cd "$(dirname "$0")/.."
. scripts/bootstrap.sh
exec node scripts/demo.ts "$@"
