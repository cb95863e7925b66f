# shellcheck shell=sh
# Shows what a command prints through nix-output-monitor, and ends with the status of the command.

# with_nix_output_monitor MODE NIX-PATH COMMAND: the command is a script of sh; NIX-PATH is where nix-shell finds nixpkgs.
with_nix_output_monitor() {
  printf '# use nix-output-monitor: %s\n' "$1" >&2
  case $1 in
    opportunistic) monitor=$(command -v nom) || monitor= ;;
    optimistic) monitor=nom ;;
    pessimistic) monitor=$(monitor_of_nix_shell "$2") ;;
    true) monitor=$(command -v nom) || monitor=$(monitor_of_nix_shell "$2") ;;
    false) monitor= ;;
  esac || return
  if [ -z "$monitor" ]; then
    /bin/sh -c "$3"
    return
  fi
  # A pipe ends with the status of its last program; that of the first takes another way out.
  {
    monitored_status=$(
      {
        {
          monitored_status=0
          /bin/sh -c "$3" 2>&1 3>&- 4>&- || monitored_status=$?
          echo "$monitored_status" >&3
        } | "$monitor" >&4 3>&-
      } 3>&1
    ) || :
  } 4>&1
  return "${monitored_status:-1}"
}

monitor_of_nix_shell() {
  NIX_PATH=$1 nix-shell -p nix-output-monitor --run 'command -v nom'
}
