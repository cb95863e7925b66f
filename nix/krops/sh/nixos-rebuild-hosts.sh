# shellcheck shell=sh
# Gives nixos-rebuild hosts whose port or IPv6 address it has no way to write: as names of an ssh configuration.

# with_ssh_hosts CONFIGURATION COMMAND WORD…: runs the command so that ssh reads the configuration before the user's own.
with_ssh_hosts() {
  ssh_hosts_directory=$(mktemp -d "${TMPDIR:-/tmp}/nixos-rebuild-hosts.XXXXXXXX") || return
  trap 'rm -rf "$ssh_hosts_directory"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' HUP TERM
  # Of several values ssh takes the first.
  printf '%s\nHost *\n  Include ~/.ssh/config\n  Include /etc/ssh/ssh_config\n' "$1" >"$ssh_hosts_directory/config"
  shift
  NIX_SSHOPTS="-F $ssh_hosts_directory/config ${NIX_SSHOPTS:-}"
  export NIX_SSHOPTS
  "$@"
}
