#!/bin/sh
# The login shell of a host that plays a Mac: each session is one in which the host looks like one. /proc, systemd and what
# only Linux has are hidden; the programs of bin/ take the place of those that answer otherwise there.
PATH=/usr/bin:/bin:/usr/sbin:/sbin
mac=/opt/mac
if [ "$(id -u)" != 0 ]; then
  exec sudo -n MAC_USER="$(id -un)" MAC_HOME="$HOME" MAC_CONNECTION="$SSH_CONNECTION" "$0" "$@"
fi
if [ -z "${MAC_SESSION-}" ]; then
  exec env MAC_SESSION=1 unshare --mount --propagation private "$0" "$@"
fi
mount --rbind /proc "$mac/proc" &&
  mount -t tmpfs none /proc &&
  mount -t tmpfs none /run/systemd &&
  mount --bind /usr/bin "$mac/linux-bin" &&
  mount --bind /usr/sbin "$mac/linux-sbin" &&
  mount --bind "$mac/bin" /usr/bin &&
  mount --bind "$mac/bin" /usr/sbin ||
  exit 70
# As /etc/zshenv has it.
PATH=/nix/var/nix/profiles/default/bin:$PATH
if [ -n "${MAC_USER-}" ]; then
  exec env -i PATH="$PATH" HOME="$MAC_HOME" USER="$MAC_USER" LOGNAME="$MAC_USER" SSH_CONNECTION="$MAC_CONNECTION" \
    "$mac/linux-bin/setpriv" --reuid="$MAC_USER" --regid="$MAC_USER" --init-groups -- /bin/sh "$@"
fi
unset MAC_SESSION
export PATH
exec /bin/sh "$@"
