# Encrypted devices.
# shellcheck shell=sh disable=SC2154,SC2034 # variables are shared between the parts

# open_as NAME DEVICE COMMAND…
open_as() {
  name=$1
  device=$2
  shift 2
  if status=$(cryptsetup status "$name" 2>/dev/null); then
    there=$(printf '%s\n' "$status" | sed -n 's/^ *device: *//p')
    [ "$(readlink -f "$there")" = "$(readlink -f "$device")" ] || fail "/dev/mapper/$name is open already, for $there instead of $device"
    say "$device is open as $name already"
  else
    "$@"
  fi
}

# also_opens FILE DEVICE COMMAND…: adds the key, but where it opens the device already.
also_opens() {
  file=$1
  device=$2
  shift 2
  if cryptsetup open --test-passphrase --key-file "$file" "$device" 2>/dev/null; then
    say "$file opens $device already"
  else
    "$@"
  fi
}
