#!/bin/sh
# fetch-npm-packages.sh OUT OS CPU NAME@VERSION…: unpacks npm packages into OUT/NAME, those for OS and CPU among them. What is in OUT
# depends on the packages alone, not on the npm that fetched them. From which registry is npm's to know.
set -eu
out=$1 os=$2 cpu=$3
shift 3

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# No configuration but the machine's: neither the caller's package.json nor its .npmrc is seen here.
cd "$work"
npm install --prefix "$work" --cache "$work/cache" --os "$os" --cpu "$cpu" \
  --ignore-scripts --no-bin-links --no-package-lock --no-save --no-audit --no-fund --no-update-notifier --no-progress "$@" >&2

rm -f node_modules/.package-lock.json
mv node_modules "$out"
