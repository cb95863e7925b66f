#!/bin/sh
# flotilla installs a machine, on a fresh Debian machine: npm run demo:install [-- --keep]
set -eu
cd "$(dirname "$0")/.."
. scripts/bootstrap.sh
exec node scripts/demo-install.ts "$@"
