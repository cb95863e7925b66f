#!/bin/sh
# The benchmarks, on a machine where nothing was set up: npm run bench -- [--quick] [NAME…]
set -eu
cd "$(dirname "$0")/.."
. scripts/bootstrap.sh
exec node bench/bench.ts "$@"
