# Makes a fresh clone able to run its scripts: the packages of the lock file, and the Node that they ask for.
# Sourced by the other scripts, from the repository's root; afterwards `node` is that Node.
# shellcheck shell=sh

say() { printf '%s\n' "$*" >&2; }

# npm notes in .package-lock.json what it installed.
if [ ! -e node_modules/.package-lock.json ] || [ -n "$(find package-lock.json -newer node_modules/.package-lock.json)" ]; then
  if ! command -v npm >/dev/null; then
    say "npm is missing: install Node.js 20 or newer first"
    exit 2
  fi
  say "installing the packages of package-lock.json"
  npm ci --no-progress --loglevel=error >&2
  touch node_modules/.package-lock.json
fi

# The package `node` fetches its program in an install script. Where scripts are not allowed, or it failed, we do what it does.
wanted=$(sed -n 's/^ *"node": "\([0-9.]*\)".*/\1/p' package.json | head -n 1)
if [ "$(node_modules/.bin/node --version 2>/dev/null)" != "v$wanted" ]; then
  case $(uname -m) in
    x86_64) platform=linux-x64 ;;
    aarch64) platform=linux-arm64 ;;
    *) platform= ;;
  esac
  if [ -n "$platform" ] && [ "$(uname -s)" = Linux ]; then
    say "fetching Node.js $wanted"
    npm install --no-save --no-package-lock --ignore-scripts --no-progress --loglevel=error \
      --prefix node_modules/.node "node-$platform@$wanted" >&2
    mkdir -p node_modules/.bin
    ln -sf "../.node/node_modules/node-$platform/bin/node" node_modules/.bin/node
  fi
fi

PATH=$PWD/node_modules/.bin:$PATH
export PATH
if ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 22 || (a == 22 && b >= 18) ? 0 : 1)'; then
  say "Node.js 22.18 or newer is needed, and could not be installed here"
  exit 2
fi
