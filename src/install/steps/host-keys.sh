# The ssh host keys of a system that is about to be installed, each where its sshd looks for it. One that is there stays, whoever
# put it there. Run as root in the installer by install/steps/furnish-system.ts, with $copies, "yes" where the installer's own keys
# are to be taken, in front of it. Prints the public keys.
#   sh -s -- ROOT COMMENT TYPE PATH ...
# shellcheck shell=sh

root=$1
comment=$2
shift 2

while [ "$#" -gt 1 ]; do
  type=$1
  key=$root$2
  shift 2
  # No directory that is made on the way is a secret: the new system's own /etc may be among them. One that is there stays as it is.
  umask 022
  mkdir -p "${key%/*}" || exit
  umask 077
  own=/etc/ssh/ssh_host_${type}_key
  # shellcheck disable=SC2154 # it stands in front of this script
  if [ ! -s "$key" ] && [ "$copies" = yes ] && [ -s "$own" ]; then
    cp "$own" "$key.new" && mv "$key.new" "$key" || exit
  fi
  if [ ! -s "$key" ]; then
    rm -f "$key" "$key.new" "$key.new.pub"
    if [ "$type" = rsa ]; then bits='-b 4096'; else bits=; fi
    # shellcheck disable=SC2086 # two words or none
    ssh-keygen -q -t "$type" $bits -N '' -C "$comment" -f "$key.new" </dev/null || exit
    mv "$key.new.pub" "$key.pub"
    mv "$key.new" "$key" || exit
  fi
  chmod 600 "$key"
  ssh-keygen -y -f "$key" </dev/null >"$key.pub.new" || exit
  mv "$key.pub.new" "$key.pub"
  chmod 644 "$key.pub"
  cat "$key.pub"
done
sync
