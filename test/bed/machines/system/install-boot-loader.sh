#!/bin/sh
# install-boot-loader DEFAULT-SYSTEM: one boot entry a generation and the default, as NixOS's builders make them: systemd-boot on the ESP, or GRUB.
# With NIXOS_INSTALL_BOOTLOADER=1 the loader itself is written, too.
# shellcheck disable=SC2154 # from boot-loader
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
default=$1
# shellcheck disable=SC1091 # the system's own: kind, esp, touch_variables, removable, grub_efi, timeout, devices
. "$default/boot-loader"

copy_kernels() { # DIRECTORY SYSTEM: sets kernel_file and initrd_file
  kernel_path=$(readlink -f "$2/kernel")
  initrd_path=$(readlink -f "$2/initrd")
  kernel_file=$(echo "${kernel_path#/nix/store/}" | tr / -)
  initrd_file=$(echo "${initrd_path#/nix/store/}" | tr / -)
  mkdir -p "$1"
  [ -e "$1/$kernel_file" ] || { cp "$kernel_path" "$1/$kernel_file.tmp" && mv "$1/$kernel_file.tmp" "$1/$kernel_file"; }
  if [ -e "$2/append-initrd-secrets" ]; then
    # Secrets may have changed since.
    initrd_file=$initrd_file-secrets-${2##*/}
    cp "$initrd_path" "$1/$initrd_file.tmp"
    chmod 0600 "$1/$initrd_file.tmp"
    sh "$2/append-initrd-secrets" "$1/$initrd_file.tmp"
    mv "$1/$initrd_file.tmp" "$1/$initrd_file"
  elif [ ! -e "$1/$initrd_file" ]; then
    cp "$initrd_path" "$1/$initrd_file.tmp" && mv "$1/$initrd_file.tmp" "$1/$initrd_file"
  fi
}

generations() { # "NUMBER SYSTEM" a line, oldest first
  for link in /nix/var/nix/profiles/system-*-link; do
    [ -e "$link" ] || continue
    number=${link##*/system-}
    echo "${number%-link} $(readlink -f "$link")"
  done | sort -n
}

options_of() { echo "init=$1/init $(cat "$1/kernel-params")"; }

# bootctl takes nothing from below a /usr that is a link: here it is a directory.
bootctl_with_usr() {
  # shellcheck disable=SC2016 # the inner shell's
  unshare --mount sh -euc '
    esp=$1
    shift
    root=$(mktemp -d /tmp/boot-loader.XXXXXX)
    mount --make-rprivate /
    mount -t tmpfs root "$root"
    for directory in dev proc sys run etc nix; do
      mkdir "$root/$directory"
      mount --rbind "/$directory" "$root/$directory"
    done
    mkdir -p "$root/usr" "$root$esp"
    mount --bind @userland@ "$root/usr"
    mount --bind "$esp" "$root$esp"
    for directory in bin sbin lib lib64; do ln -s "usr/$directory" "$root/$directory"; done
    exec chroot "$root" bootctl "$@"' sh "$esp" "$@"
}

install_systemd_boot() {
  if [ "${NIXOS_INSTALL_BOOTLOADER-}" = 1 ]; then
    # shellcheck disable=SC2046 # a word or none
    bootctl_with_usr --esp-path="$esp" --make-entry-directory=no $([ -n "$touch_variables" ] || echo --no-variables) install
  fi
  mkdir -p "$esp/loader/entries"
  wanted=
  current=
  while read -r number system; do
    copy_kernels "$esp/EFI/nixos" "$system"
    entry=nixos-generation-$number.conf
    printf 'title NixOS\nversion Generation %s %s\nlinux /EFI/nixos/%s\ninitrd /EFI/nixos/%s\noptions %s\n' "$number" "$(cat "$system/nixos-version")" \
      "$kernel_file" "$initrd_file" "$(options_of "$system")" >"$esp/loader/entries/$entry.tmp"
    mv "$esp/loader/entries/$entry.tmp" "$esp/loader/entries/$entry"
    wanted="$wanted $entry"
    [ "$system" != "$default" ] || current=$entry
  done <<X
$(generations)
X
  for file in "$esp"/loader/entries/nixos-generation-*.conf; do
    case " $wanted " in *" ${file##*/} "*) ;; *) rm -f "$file" ;; esac
  done
  printf 'timeout %s\ndefault %s\nconsole-mode keep\n' "$timeout" "$current" >"$esp/loader/loader.conf.tmp"
  mv "$esp/loader/loader.conf.tmp" "$esp/loader/loader.conf"
}

install_grub() {
  if [ "${NIXOS_INSTALL_BOOTLOADER-}" = 1 ]; then
    for device in $devices; do
      [ "$device" = nodev ] || grub-install --recheck --target=i386-pc --boot-directory=/boot "$device"
    done
    if [ -n "$grub_efi" ]; then
      # shellcheck disable=SC2046 # words or none
      grub-install --recheck --target=x86_64-efi --boot-directory=/boot --efi-directory="$esp" \
        $([ -n "$removable" ] && echo --removable) $([ -n "$touch_variables" ] || echo --no-nvram)
    fi
  fi
  mkdir -p /boot/grub
  relative=$(grub-mkrelpath /boot)
  relative=${relative%/}
  index=0
  current=0
  {
    cat <<'X'
serial --unit=0 --speed=115200
terminal_output serial console
if [ -s $prefix/grubenv ]; then load_env; fi
X
    entries=$(generations | sort -rn | while read -r number system; do
      copy_kernels /boot/kernels "$system" >&2
      printf 'menuentry "NixOS - Generation %s" --id nixos-generation-%s {\n  linux %s/kernels/%s %s\n  initrd %s/kernels/%s\n}\n' "$number" "$number" \
        "$relative" "$kernel_file" "$(options_of "$system")" "$relative" "$initrd_file"
    done)
    for line in $(generations | sort -rn | sed 's/.* //'); do
      [ "$line" != "$default" ] || current=$index
      index=$((index + 1))
    done
    printf 'set default=%s\nset timeout=%s\n' "$current" "$timeout"
    # What grub-reboot chose, once.
    cat <<'X'
if [ "${next_entry}" ]; then
  set default="${next_entry}"
  set next_entry=
  save_env next_entry
fi
X
    printf '%s\n' "$entries"
  } >/boot/grub/grub.cfg.tmp
  mv /boot/grub/grub.cfg.tmp /boot/grub/grub.cfg
}

case "$kind" in
systemd-boot) install_systemd_boot ;;
grub) install_grub ;;
none) ;;
esac
sync
