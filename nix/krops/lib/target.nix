# Where sources go, and where commands run: `[[USER]@]HOST[:PORT][/PATH]`, or a set of what that says.
{ lib }:
let
  inherit (builtins)
    elemAt
    getEnv
    isString
    match
    ;

  isPure = !builtins ? currentSystem;

  environment =
    name: default:
    let
      value = getEnv name;
    in
    if value == "" then default else value;

  # The name of this machine. /etc/hostname is what evaluation can see of it.
  maybeHostName =
    default:
    let
      file = "/etc/hostname";
      inherit (import ./types.nix { inherit lib; }) label;
      names = builtins.filter (line: isString line && label.check line) (
        builtins.split "\n" (builtins.readFile file)
      );
    in
    if isPure || !builtins.pathExists file then
      default
    else if builtins.length names == 1 then
      builtins.head names
    else
      builtins.trace "malformed ${file}" default;

  defaults = {
    # null: this machine's user is not known (an evaluation that is pure); ssh's configuration decides.
    user = environment "LOGNAME" null;
    host = environment "HOSTNAME" (maybeHostName "localhost");
    port = null;
    path = "/var/src";
    sudo = false;
    extraOptions = [ ];
  };

  user = "(([^@/]*)@)?";
  path = "(/.*)?";
  # In brackets any address can have a port; a bare one with two colons or more is IPv6 and has none.
  inBrackets = match "${user}\\[([^]/]+)](:([^/]+))?${path}";
  ipv6 = match "${user}([0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*(%[^/]+)?)${path}";
  named = match "${user}([^]@:/[]+)?(:([^/]+))?${path}";

  parts =
    text:
    let
      pick =
        indexes: found:
        if found == null then
          null
        else
          lib.filterAttrs (_: value: value != null) (
            builtins.mapAttrs (_: index: if index == null then null else elemAt found index) indexes
          );
      ways = builtins.filter (way: way != null) [
        (pick {
          user = 1;
          host = 2;
          port = 4;
          path = 5;
        } (inBrackets text))
        (pick {
          user = 1;
          host = 2;
          port = null;
          path = 4;
        } (ipv6 text))
        (pick {
          user = 1;
          host = 2;
          port = 4;
          path = 5;
        } (named text))
      ];
    in
    if ways == [ ] then
      throw "the target ${builtins.toJSON text} is not [[USER]@]HOST[:PORT][/PATH]; an IPv6 address with a port is written [ADDRESS]:PORT"
    else
      builtins.head ways;

  # What ssh could take for an option, or not understand, ends here.
  checked =
    target:
    let
      host = toString target.host;
      written = builtins.toJSON host;
      port = toString target.port;
    in
    if match "[^-[:space:]@/][^[:space:]@/]*" host == null then
      throw "the target's host ${written} cannot be one"
    else if target.user != null && match "([^-[:space:]][^[:space:]]*)?" target.user == null then
      throw "${written}: the user ${builtins.toJSON target.user} cannot be one"
    else if target.port != null && match "[0-9]{1,5}" port == null then
      throw "${written}: the port ${builtins.toJSON port} is no number"
    else if match "[^\n]+" target.path == null then
      throw "${written}: the path ${builtins.toJSON target.path} cannot be one"
    else
      target
      // {
        inherit host;
        port = if target.port == null then null else port;
      };
in
rec {
  inherit maybeHostName;
  maybeEnv = environment;

  mkTarget = target: checked (defaults // (if isString target then parts target else target));

  # Whether commands run here, without ssh.
  isLocalTarget =
    target:
    target.user == defaults.user && (target.host == "localhost" || target.host == defaults.host);

  # How an address is written where a colon follows it.
  bracketed = host: if match ".*:.*" host == null then host else "[${host}]";

  # A user that is the empty string leaves it to ssh's configuration.
  mkUserPortSSHOpts =
    target:
    lib.optionals (target.user != null && target.user != "") [
      "-l"
      target.user
    ]
    ++ lib.optionals (target.port != null) [
      "-p"
      (toString target.port)
    ];

  sshWords = target: [ "ssh" ] ++ mkUserPortSSHOpts target;
}
