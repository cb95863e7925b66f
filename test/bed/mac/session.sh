#!/bin/sh
# The login shell of a host that plays a Mac: each session is one in which the host looks like one. /proc, systemd and what
# only Linux has are hidden; the programs of bin/ take the place of those that answer otherwise there.
PATH=/usr/bin:/bin:/usr/sbin:/sbin
if [ -z "${MAC_SESSION-}" ]; then
  exec env MAC_SESSION=1 unshare --mount --propagation private "$0" "$@"
fi
unset MAC_SESSION
mac=/opt/mac
mount --rbind /proc "$mac/proc" &&
  mount -t tmpfs none /proc &&
  mount -t tmpfs none /run/systemd &&
  mount --bind /usr/bin "$mac/linux-bin" &&
  mount --bind /usr/sbin "$mac/linux-sbin" &&
  mount --bind "$mac/bin" /usr/bin &&
  mount --bind "$mac/bin" /usr/sbin ||
  exit 70
# As /etc/zshenv has it.
PATH=/nix/var/nix/profiles/default/bin:$PATH exec /bin/sh "$@"
