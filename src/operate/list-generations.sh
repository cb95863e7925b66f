# Lists the generations of a profile ("$1", a link), one line each, newest first: fields with a tab between them.
#   generation, store path, date, NixOS version, kernel version, configuration revision, specialisations (blanks between),
#   current or -
# The meaning of each is that of `nixos-rebuild list-generations --json`; what is not known is Unknown.
# shellcheck shell=sh

PATH=/run/current-system/sw/bin:/usr/bin:/bin
export PATH
profile=$1
current=$(readlink "$profile")

for link in "$profile"-*-link; do
  [ -e "$link" ] || continue
  number=${link#"$profile"-}
  number=${number%-link}
  case $number in '' | *[!0-9]*) continue ;; esac
  printf '%s\n' "$number"
done | sort -rn | while read -r number; do
  link=$profile-$number-link

  date=$(stat -c %y "$link" 2>/dev/null)
  date=${date%%.*}

  version=Unknown
  [ -r "$link/nixos-version" ] && IFS= read -r version <"$link/nixos-version" || [ -n "$version" ] || version=Unknown

  kernel=Unknown
  for directory in "$link"/kernel-modules/lib/modules/*; do
    [ -d "$directory" ] && kernel=${directory##*/}
  done

  revision=$("$link/sw/bin/nixos-version" --configuration-revision 2>/dev/null) || revision=Unknown

  specialisations=
  for directory in "$link"/specialisation/*; do
    [ -e "$directory" ] && specialisations="$specialisations ${directory##*/}"
  done

  mark=-
  [ "${link##*/}" = "$current" ] && mark=current
  printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$number" "$(readlink -f "$link")" "${date:-Unknown}" "$version" "$kernel" "${revision:-Unknown}" "${specialisations# }" "$mark"
done
