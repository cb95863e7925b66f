# Says whether the Nix daemon of this host trusts the login user, run by `sh -s` as that user: only a trusted user may
# bring store paths without a signature. Asked only before such a copy; read by checks/nix-trust.ts.
# shellcheck shell=sh

PATH=/run/wrappers/bin:/run/current-system/sw/bin:/nix/var/nix/profiles/default/bin:$PATH:/usr/local/bin:/usr/bin:/bin
LC_ALL=C
export PATH LC_ALL

# The daemon's own word, since Nix 2.19; `ping` is the older name of `info`.
store_info() {
  nix --extra-experimental-features nix-command store "$1" --store daemon --json </dev/null 2>/dev/null
}

# trusted-users as this host's nix.conf has it, one line of names and @groups.
trusted_users() {
  nix --extra-experimental-features nix-command config show trusted-users </dev/null 2>/dev/null ||
    nix --extra-experimental-features nix-command show-config </dev/null 2>/dev/null |
    while IFS= read -r line; do
      case $line in
        'trusted-users = '*) printf '%s\n' "${line#trusted-users = }" ;;
      esac
    done
}

ask() {
  printf '\000begin=flotilla-nix-trust-1\000'
  printf 'info=%s\000' "$(store_info info || store_info ping)"
  printf 'trusted_users=%s\000' "$(trusted_users)"
  printf 'user=%s\000' "$(id -un)"
  printf 'groups=%s\000' "$(id -Gn)"
  printf 'end=\000\n'
}

ask
