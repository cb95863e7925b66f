# --- verbs ----------------------------------------------------------------------------------------------------------

# carry_out VERB ARGUMENT…
carry_out() {
  verb=${1:-}
  [ "$#" = 0 ] || shift
  case $verb in
    start) start "${1:-}" ;;
    follow) follow "${1:-}" "${2:-0}" "${3:-0}" ;;
    confirm) confirm "${1:-}" "${2:-0}" "${3:-0}" ;;
    revert) revert "${1:-}" "${2:-0}" "${3:-0}" ;;
    reconcile) reconcile "${1:-}" "${2:-}" "${3:-}" ;;
    supervise) supervise "${1:-}" ;;
    settle) settle "${1:-}" "$2" "$3" ;;
    stop-post) stop_post "${1:-}" ;;
    deadman) deadman "${1:-}" ;;
    watch) watch "${1:-}" ;;
    hold) hold "$@" ;;
    step) step "$@" ;;
    *) say_error E_USAGE "the guard has no verb '$verb'" ;;
  esac
}

main() {
  exec </dev/null
  cd / || :
  carry_out "$@"
}

main "$@"
exit
