#!/bin/sh
# The activation script of the bed's systems: /etc from the closure, users, the configuration's own snippet, and last
# /run/current-system, as on NixOS. A snippet that fails does not stop the rest, but the script ends with 1.
systemConfig=@out@
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
status=0

replace_link() { ln -sfn "$1" "$2.new" && mv -T "$2.new" "$2"; }

# Every file of the closure's etc becomes a link to /etc/static; links of the previous closure that are gone now are removed.
setup_etc() (
  set -e
  replace_link "$(readlink -f "$systemConfig/etc")" /etc/static
  # All of the unit directory is the closure's: nothing of Debian's own /etc can keep sshd alive.
  if [ ! -L /etc/systemd/system ]; then
    rm -rf /etc/systemd/system
    ln -s /etc/static/systemd/system /etc/systemd/system
  fi
  files=/run/nixos/etc-files
  (cd -P /etc/static && find . \( -type l -o -type f \) ! -path ./systemd/system | sed 's|^\./||' | sort) >"$files"
  if [ -f /etc/.clean ]; then
    while IFS= read -r file; do
      if ! grep -qxF -- "$file" "$files" && [ -L "/etc/$file" ]; then
        echo "removing obsolete symlink '/etc/$file'..."
        rm -f "/etc/$file"
      fi
    done </etc/.clean
  fi
  while IFS= read -r file; do
    [ "$(readlink "/etc/$file")" = "/etc/static/$file" ] && continue
    mkdir -p "$(dirname "/etc/$file")"
    replace_link "/etc/static/$file" "/etc/$file"
  done <"$files"
  mv "$files" /etc/.clean
)

# Users with the password "bed"; who may become root says /etc/bed.
setup_users() (
  set -e
  while IFS= read -r user; do
    id "$user" >/dev/null 2>&1 && continue
    useradd --create-home --shell /bin/bash "$user"
    echo "$user:bed" | chpasswd
  done </etc/static/bed/users
  install -m 0440 /etc/static/bed/sudoers /etc/sudoers
  install -m 0400 /etc/static/bed/doas.conf /etc/doas.conf
)

# NixOS keeps its set-uid programs here.
setup_wrappers() (
  set -e
  mkdir -p /run/wrappers/bin
  for program in sudo su; do ln -sfn "/usr/bin/$program" "/run/wrappers/bin/$program"; done
  if [ -s /etc/doas.conf ]; then ln -sfn /usr/bin/doas /run/wrappers/bin/doas; else rm -f /run/wrappers/bin/doas; fi
)

extra() (
  :
@extra@
)

# report SNIPPET STATUS. Not `snippet || …`: that would switch its set -e off.
report() {
  [ "$2" != 0 ] || return
  echo "Activation script snippet '$1' failed ($2)"
  status=1
}

mkdir -p /run/nixos /nix/var/nix/gcroots
echo "setting up /etc..."
setup_etc
report setup_etc $?
hostname "$(cat /etc/hostname)"
setup_users
report setup_users $?
setup_wrappers
report setup_wrappers $?
extra
report extra $?
[ -e /nix/var/nix/gcroots/current-system ] || ln -sfn /run/current-system /nix/var/nix/gcroots/current-system
replace_link "$(readlink -f "$systemConfig")" /run/current-system
exit "$status"
