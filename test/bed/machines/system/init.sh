#!/bin/sh
# Stage 2 on a real machine, run by a static busybox: the initrd has mounted all that is needed for boot. With this there is a /usr, and the bed's own stage 2 goes on.
export PATH=@busybox@/bin
mount -o remount,rw / 2>/dev/null
mkdir -p /etc /run /usr 2>/dev/null
rmdir /usr 2>/dev/null
# A first activation in chroot may have been cut off by the power: /usr is of this system in any case.
[ "$(readlink /usr)" = @userland@ ] || ln -sfn @userland@ /usr
for directory in bin sbin lib lib64; do [ -e "/$directory" ] || ln -sfn "usr/$directory" "/$directory"; done
exec /bin/sh @out@/init-system "$@"
