#!/bin/sh
# First program of the installer: puts what came along in archives appended to the initrd where it belongs, and goes on with systemd.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
# An archive that was appended may have changed it; networkd is not root.
chmod 0755 /
install -d -m 0700 /root/.ssh
# As nixos-images' kexec/run leaves them: keys of the host and of those who may log in, and the network as it was.
if [ -d /ssh ]; then
  for file in /ssh/ssh_host_*; do
    [ -e "$file" ] || continue
    cp -a "$file" /etc/ssh/
  done
  [ ! -e /ssh/authorized_keys ] || install -m 0600 /ssh/authorized_keys /root/.ssh/authorized_keys
fi
[ ! -s /machine-id ] || cp /machine-id /etc/machine-id
if [ -d /network ]; then cp /network/* /etc/systemd/network/; fi
# As flotilla hands it over: networkd's own files, in place of the above.
if [ -d /flotilla/network ]; then
  rm -f /etc/systemd/network/*
  cp /flotilla/network/* /etc/systemd/network/
fi
chown -R 0:0 /root /etc/ssh /etc/systemd/network
chmod 0600 /etc/ssh/ssh_host_*_key 2>/dev/null
chmod 0644 /etc/systemd/network/* 2>/dev/null
exec /usr/lib/systemd/systemd
