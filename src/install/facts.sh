# Says what a machine is before anything is done to it, in one go: run by `sh -s` as the login user of any Linux.
#
# Read by install/read-facts.ts: NUL-terminated records `key=value`, as checks/inspect.sh makes them. What has a grammar of
# its own (os-release, resolv.conf, the answers of ip) goes up as it is and is read there. Its disks are asked for as root,
# by a script of their own (disk/read-disks.sh).
# install/read-facts.ts puts before it:
#   prefix   before every path; empty but in tests
#   "$@"     the words that make us root, where the operator declared them
# shellcheck shell=sh disable=SC2154 # prefix

PATH=$PATH:/run/wrappers/bin:/run/current-system/sw/bin:/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin
LC_ALL=C
export PATH LC_ALL

record() {
  printf '%s=%s\000' "$1" "$2"
}

# The first line of a file, in $line.
read_line() {
  line=
  if [ -r "$1" ]; then
    IFS= read -r line <"$1" 2>/dev/null
  fi
}

tell_line() {
  read_line "$prefix$2"
  record "$1" "$line"
}

# The first of the files that is there, whole.
tell_file() {
  key=$1
  shift
  for file in "$@"; do
    if [ -r "$prefix$file" ]; then
      record "$key" "$(cat "$prefix$file" 2>/dev/null)"
      return
    fi
  done
}

has() {
  command -v "$1" >/dev/null 2>&1
}

# No answer within its time is an answer: a name service that hangs must not hold up the login.
within_seconds() {
  if has timeout; then
    timeout "$@"
  else
    shift
    "$@"
  fi
}

try_elevation() {
  # sudo looks up the name of the machine, which where nothing knows it takes as long as a name server is waited for.
  within_seconds 30 "$@" /bin/sh -c : </dev/null >/dev/null 2>&1 || return 1
  record elevated yes
  for word in "$@"; do
    record elevation "$word"
  done
}

find_elevation() {
  if [ "$(id -u)" = 0 ]; then
    record elevated yes
  elif [ $# -gt 0 ]; then
    try_elevation "$@"
  else
    if has sudo && try_elevation sudo -n -H --; then return; fi
    if has doas && try_elevation doas -n --; then return; fi
    if has run0; then try_elevation run0 --no-ask-password --; fi
  fi
}

# Files that say so are also left behind in images made from containers; a kernel's own thread is seen on a machine only.
is_container() {
  read_line "$prefix/proc/2/comm"
  [ "$line" != kthreadd ] || return 1
  [ -e "$prefix/run/systemd/container" ] && return 0
  [ -e "$prefix/.dockerenv" ] && return 0
  [ -e "$prefix/run/.containerenv" ] && return 0
  [ -z "$prefix" ] && has systemd-detect-virt && systemd-detect-virt --container --quiet </dev/null 2>/dev/null
}

tell_virtualization() {
  if is_container; then record container yes; fi
  if [ -z "$prefix" ] && has systemd-detect-virt; then
    record virtualization "$(systemd-detect-virt --vm </dev/null 2>/dev/null)"
  fi
  tell_line hypervisor /sys/hypervisor/type
  tell_line hypervisor_guest /sys/hypervisor/guest_type
  tell_line vendor /sys/class/dmi/id/sys_vendor
}

tell_firmware() {
  [ -d "$prefix/sys/firmware/efi" ] || return
  record efi yes
  variable=$prefix/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c
  # Four bytes of attributes, then the one that says it.
  if [ -r "$variable" ]; then record secure_boot "$(od -An -t u1 "$variable" 2>/dev/null)"; fi
}

tell_kexec() {
  [ -e "$prefix/sys/kernel/kexec_loaded" ] && record kexec_known yes
  tell_line kexec_disabled /proc/sys/kernel/kexec_load_disabled
  tell_line kexec_limit /proc/sys/kernel/kexec_load_limit_reboot
  tell_line lockdown /sys/kernel/security/lockdown
}

tell_programs() {
  for program in cpio curl doas find grep gzip ip kexec lsblk mktemp nix nixos-facter nixos-generate-config nixos-install \
    od readlink setsid sgdisk sha256sum sudo systemd-run tar wget xz zstd; do
    if has "$program"; then record program "$program"; fi
  done
}

tell_space() {
  for directory in "$HOME" /root /tmp /var/tmp; do
    if [ -d "$prefix$directory" ]; then
      record space "$directory
$(df -Pk "$prefix$directory" </dev/null 2>/dev/null)"
    fi
  done
}

tell_host_keys() {
  for file in "$prefix"/etc/ssh/ssh_host_*_key.pub; do
    read_line "$file"
    [ -z "$line" ] || record host_key "$line"
  done
}

# One record a link, its values apart by line: what ip would say, where there is no ip or an old one.
tell_link() {
  set -- "$1" "${1##*/}"
  [ -e "$1/ifindex" ] || return # bonding_masters is a file
  values=$2
  for file in address mtu flags type addr_assign_type bonding_slave/perm_hwaddr bonding/mode bonding/miimon bonding/lacp_rate \
    bonding/xmit_hash_policy; do
    read_line "$1/$file"
    values="$values
$file $line"
  done
  for part in device bonding bridge wireless; do
    [ ! -e "$1/$part" ] || values="$values
has $part"
  done
  if [ -e "$1/master" ]; then
    master=$(readlink "$1/master")
    values="$values
master ${master##*/}"
  fi
  record link "$values"
}

# networkd keeps a file a link; those that it leaves alone say so.
is_networkd() {
  for file in "$prefix"/run/systemd/netif/links/*; do
    if [ -r "$file" ] && grep -q '^ADMIN_STATE=configured$' "$file"; then return 0; fi
  done
  return 1
}

tell_network() {
  record session "${SSH_CONNECTION-}"
  if is_networkd; then record networkd yes; fi
  for link in "$prefix"/sys/class/net/*; do
    tell_link "$link"
  done
  tell_file vlans /proc/net/vlan/config
  tell_file routes4 /proc/net/route
  tell_file routes6 /proc/net/ipv6_route
  tell_file resolv_conf /etc/resolv.conf
  # What a resolver on the machine itself asks in turn.
  tell_file resolv_upstream /run/systemd/resolve/resolv.conf /run/NetworkManager/no-stub-resolv.conf
  has ip && [ -z "$prefix" ] || return
  record ip_links "$(ip -json link show 2>/dev/null)"
  record ip_addresses "$(ip -json address show 2>/dev/null)"
  record ip_routes4 "$(ip -4 -json route show 2>/dev/null)"
  record ip_routes6 "$(ip -6 -json route show 2>/dev/null)"
  record ip_rules "$(ip rule show 2>/dev/null)"
  record ip_rules6 "$(ip -6 rule show 2>/dev/null)"
  # busybox's and old ones know no JSON; what it says in lines is enough for addresses.
  record ip_address_lines "$(ip -o address show 2>/dev/null)"
}

tell_facts() {
  printf '\000begin=flotilla-facts-1\000'
  record time "$(date +%s)"
  record system "$(uname -s)"
  read_line "$prefix/proc/sys/kernel/arch" # since Linux 6.1
  record architecture "${line:-$(uname -m)}"
  tell_line kernel /proc/sys/kernel/osrelease
  tell_line hostname /proc/sys/kernel/hostname
  tell_line boot_id /proc/sys/kernel/random/boot_id
  tell_line machine_id /etc/machine-id
  tell_file os_release /etc/os-release /usr/lib/os-release
  tell_file memory /proc/meminfo
  record user "$(id -un 2>/dev/null)"
  find_elevation "$@"
  tell_virtualization
  tell_firmware
  tell_kexec
  tell_programs
  tell_space
  tell_host_keys
  tell_network
  printf 'end=\000\n'
}

# The whole script is read before any of it runs: a login that breaks off half-way runs nothing.
tell_facts "$@"
