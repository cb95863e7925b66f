#!/bin/sh
# All tests, on a machine where nothing was set up. Words are handed to vitest: npm test -- src/ssh
set -eu
cd "$(dirname "$0")/.."
. scripts/bootstrap.sh
exec node scripts/test.ts "$@"
