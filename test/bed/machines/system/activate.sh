#!/bin/sh
# Activation on a real machine, run by a static busybox: puts the userland of this system where Debian's programs look for it, then does what all systems of the bed do.
# It also runs on a root where nothing is yet: after an install, or when the root is a tmpfs.
systemConfig=@out@
export PATH=@busybox@/bin
mkdir -p /etc/ssh /var/log /var/lib /var/tmp /var/empty /var/cache /root /home /run /proc /sys /dev /nix/var/nix/gcroots /tmp
chmod 0700 /root
chmod 1777 /tmp /var/tmp
chmod 0755 /var/empty
link() { [ "$(readlink "$2")" = "$1" ] || { ln -sfn "$1" "$2.new" && mv -T "$2.new" "$2"; }; }
link @userland@ /usr
for directory in bin sbin lib lib64; do link "usr/$directory" "/$directory"; done
link /run /var/run
link /run/lock /var/lock
[ -e /etc/mtab ] || ln -sfn /proc/self/mounts /etc/mtab

# What Debian's programs find in /etc and no configuration says: users, PAM, the linker's cache. Copied once, because programs change it.
if [ ! -e /etc/passwd ]; then
  cp -a @etcBase@/. /etc/
  chmod -R u+w /etc
  chmod 0755 /etc
  chmod 0600 /etc/shadow /etc/gshadow
fi
# Nothing to bring up to date at the first boot, such as the linker's cache: it all came along.
: >/etc/.updated
: >/var/.updated
[ -e /etc/machine-id ] || : >/etc/machine-id
[ ! -L /etc/NIXOS ] || rm /etc/NIXOS
: >/etc/NIXOS

/bin/sh "$systemConfig/activate-system" "$@"
status=$?

# sshd believes no file on whose way a group may write, and Nix lets its builders' group write to the store: copies, as on NixOS.
for file in /etc/ssh/authorized_keys.d/*; do
  [ -e "$file" ] || [ -L "$file" ] || continue
  name=${file##*/}
  if [ -e "/etc/static/ssh/authorized_keys.d/$name" ]; then
    cp -L "/etc/static/ssh/authorized_keys.d/$name" "$file.new"
    chmod 0444 "$file.new"
    mv "$file.new" "$file"
  else
    rm -f "$file"
  fi
done

# The store has no set-uid programs.
for program in sudo su doas; do
  [ -L "/run/wrappers/bin/$program" ] || continue
  cp "/usr/bin/$program" "/run/wrappers/bin/$program.new"
  chmod 4555 "/run/wrappers/bin/$program.new"
  mv "/run/wrappers/bin/$program.new" "/run/wrappers/bin/$program"
done
exit "$status"
