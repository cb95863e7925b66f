# shellcheck shell=sh
# Words for another machine, whatever shell its user has there.

# quote WORD…: the words as a POSIX shell reads them.
quote() {
  for quote_word in "$@"; do
    printf "'"
    while :; do
      case $quote_word in
        *"'"*)
          printf "%s'\\\\''" "${quote_word%%"'"*}"
          quote_word=${quote_word#*"'"}
          ;;
        *) break ;;
      esac
    done
    printf "%s' " "$quote_word"
  done
}

# remote_command_line WORD…: the words for ssh, which joins its own by blanks and has the login shell read them. What they
# hold travels as octal numbers between quotes that fish, csh and sh read alike.
remote_command_line() {
  printf '%s' "/bin/sh -c 'eval \"exec \$(printf %b \""
  quote "$@" | od -An -v -to1 | tr -s '[:space:]' '\n' | sed -n 's/^\([0-7]\{3\}\)$/\\0\1/p' | tr -d '\n'
  printf '%s' "\")\"'"
}
