#!/bin/sh
# make-kexec-tarball.sh TREE KERNEL INSTALLER OUT: kexec/{run,bzImage,initrd,kexec,ip} after nixos-images' protocol. Its programs bring their libraries.
set -eu
tree=$1 kernel=$2 installer=$3 out=$4
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
kexec=$work/kexec
mkdir -p "$kexec/lib"
install -m 0755 "$here/kexec-run.sh" "$kexec/run"
cp "$kernel/bzImage" "$kexec/bzImage"
cp "$installer" "$kexec/initrd"
cp -L "$tree/usr/bin/busybox" "$kexec/busybox"
for program in /usr/sbin/kexec /usr/bin/ip; do
  name=${program##*/}
  cp -L "$tree$program" "$kexec/lib/$name.program"
  chroot "$tree" ldd "$program" | sed -n 's/.*=> \(\/[^ ]*\).*/\1/p' | while IFS= read -r library; do
    case "$library" in /lib*) library=/usr$library ;; esac
    cp -L "$tree$library" "$kexec/lib/"
  done
  cp -L "$tree/usr/lib64/ld-linux-x86-64.so.2" "$kexec/lib/ld.so"
  cat >"$kexec/$name" <<X
#!/bin/sh
lib=\$(dirname "\$(readlink -f "\$0")")/lib
exec "\$lib/ld.so" --library-path "\$lib" "\$lib/$name.program" "\$@"
X
  chmod 0755 "$kexec/$name"
done
tar -C "$work" -cf - kexec | gzip -1 >"$out"
