// What ssh, sudo and doas say on stderr when they fail, and what it means: the table behind classify-ssh-error.ts.
// Each row is tested with what a real program said.
import type { ErrorCode } from "../domain/error-codes.ts";
import { shellQuote } from "../domain/shell-quote.ts";
import type { Target } from "./target.ts";

export interface Row {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  /** Goes on from "web-01 (ana@10.0.3.11): ". */
  readonly message: (match: RegExpExecArray) => string;
  readonly hint: (match: RegExpExecArray, target: Target) => string | undefined;
}

const none = (): undefined => undefined;

/** For a host whose key is pinned: known_hosts knows its key under its own name. A jump host's key is another matter. */
export function pinnedKeyRow(target: Target): Row {
  const name = target.host.replaceAll(".", "\\.");
  return {
    pattern: new RegExp(`[Hh]ost key for ${name} has changed|No \\S+ host key is known for ${name} `, "i"),
    code: "E_HOST_KEY_CHANGED",
    message: () => "its ssh key is not the pinned one",
    hint: () =>
      `if the host was reinstalled on purpose, pin its new key; to see it: ${keyscan(target)}; otherwise someone else answers on this address`,
  };
}

/** The first row that matches says what happened: causes stand before their consequences. */
export const sshErrorRows: readonly Row[] = [
  {
    pattern:
      /REMOTE HOST IDENTIFICATION HAS CHANGED[\s\S]*?Offending \S+ key in (.+):(\d+)[\s\S]*?[Hh]ost key for (\S+) has changed/,
    code: "E_HOST_KEY_CHANGED",
    message: (match) => `its ssh key is not the one in ${match[1]}:${match[2]}`,
    hint: (match) =>
      `if the host was reinstalled on purpose: ${shellQuote(["ssh-keygen", "-f", match[1] ?? "", "-R", match[3] ?? ""])}; otherwise someone else answers on this address`,
  },
  {
    pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    code: "E_HOST_KEY_CHANGED",
    message: () => "its ssh key is not the one known for it",
    hint: () => "find out why before you remove the old key from known_hosts",
  },
  {
    pattern: /REVOKED HOST KEY DETECTED|is marked as revoked/,
    code: "E_HOST_KEY_CHANGED",
    message: () => "its ssh key is marked as revoked",
    hint: none,
  },
  {
    pattern: /Host key verification failed|No \S+ host key is known for/,
    code: "E_HOST_KEY_UNKNOWN",
    message: () => "its ssh key has never been accepted here",
    hint: (_, target) =>
      `log in once and compare the fingerprint (flotilla ssh ${target.host}), or pin the key in deployment.hostKey`,
  },
  {
    pattern: /Bad owner or permissions on (\S+)/,
    code: "E_SSH_CONFIGURATION",
    message: (match) => `ssh does not trust ${match[1]}`,
    hint: (match) => `chmod 600 ${match[1]} and make it your own`,
  },
  {
    pattern:
      /^(\S+:? line \d+:? .+|Can't open user config file .+|(?:unknown|illegal|invalid) option -- .|option requires an argument -- .|Cannot specify -J .+|Only a single -J .+|Invalid -J .+|Bad (?:port|bind address|escape character|number|dynamic|local|remote) .+)$/m,
    code: "E_SSH_CONFIGURATION",
    message: (match) => `ssh does not understand its configuration: ${match[1]}`,
    hint: () => "look at ~/.ssh/config, SSH_CONFIG_FILE, NIX_SSHOPTS and the host's ssh options",
  },
  {
    pattern: /Session open refused by peer|open failed: administratively prohibited/,
    code: "E_CONNECTION_LOST",
    message: () => "its sshd allows no further session in this connection",
    hint: () => "raise MaxSessions in its sshd (10 by default)",
  },
  {
    pattern: /no matching (.+?) found\. Their offer: (\S+)/,
    code: "E_SSH_ALGORITHMS",
    message: (match) => `ssh here accepts no ${match[1]} that the host offers (${match[2]})`,
    hint: () => "update the older side, or allow the algorithm in ~/.ssh/config for this host",
  },
  {
    pattern: /Too many authentication failures/,
    code: "E_AUTHENTICATION",
    message: () => "the agent offered so many keys that the host hung up before the right one",
    hint: () => "name the key in ~/.ssh/config: IdentityFile and IdentitiesOnly yes",
  },
  {
    pattern: /Permissions \d+ for '?([^'\n]+?)'? are too open/,
    code: "E_AUTHENTICATION",
    message: (match) => `ssh ignores the key ${match[1]}: others can read it`,
    hint: (match) => shellQuote(["chmod", "600", match[1] ?? ""]),
  },
  {
    pattern: /signing failed for .*: (.*(?:agent refused operation|device not found|communication failure).*)/,
    code: "E_AUTHENTICATION",
    message: (match) => `the agent or security key did not sign: ${match[1]}`,
    hint: () => "unlock the agent, plug the key in, touch it",
  },
  {
    pattern: /Load key "(.+)": (error in libcrypto|invalid format|incorrect passphrase.*)[\s\S]*Permission denied/,
    code: "E_AUTHENTICATION",
    message: (match) => `the key ${match[1]} cannot be used: ${match[2]}`,
    hint: () => "a key with a passphrase has to be in the agent: ssh-add",
  },
  {
    pattern: /^(?:(\S+): )?Permission denied \(([a-z,-]+)\)/m,
    code: "E_AUTHENTICATION",
    message: (match) => `${match[1] ?? "the host"} refused our keys (it takes: ${match[2]})`,
    hint: () => "ssh-add -l shows the keys of the agent; a key with a passphrase has to be there",
  },
  {
    pattern: /This account is currently not available|[Yy]our account has expired|password has expired/,
    code: "E_AUTHENTICATION",
    message: (match) => `the login is closed: ${match[0]}`,
    hint: none,
  },
  {
    pattern: /System is (?:booting up|going down)[^\n]*/,
    code: "E_UNREACHABLE",
    message: (match) => match[0],
    hint: () => "wait until it has booted",
  },
  {
    pattern: /((?:Could not resolve hostname|connect to host) .+)[\s\S]*UNKNOWN port 65535/,
    code: "E_UNREACHABLE",
    message: (match) => `its jump host or proxy is not to be reached: ${match[1]}`,
    hint: () => "look at ProxyJump and ProxyCommand for it in ~/.ssh/config",
  },
  {
    pattern: /Could not resolve hostname (\S+?):? (.+)/,
    code: "E_NAME_RESOLUTION",
    message: (match) => `the name ${match[1]} does not resolve: ${match[2]}`,
    hint: () => "set deployment.targetHost, or give the host an entry in ~/.ssh/config",
  },
  {
    pattern: /channel \d+: open failed: ([^\n]+?)(?:\r?\n[\s\S]*)?stdio forwarding failed/,
    code: "E_UNREACHABLE",
    message: (match) => `its jump host does not get through to it (${match[1]})`,
    hint: none,
  },
  {
    pattern: /connect to (?:host|address) (\S+) port (\d+): (.+)/,
    code: "E_UNREACHABLE",
    message: (match) => `no connection to ${match[1]} port ${match[2]}: ${match[3]}`,
    hint: (match) =>
      match[3] === "Connection refused" ? "the machine is up, but sshd does not listen on this port" : undefined,
  },
  {
    pattern: /timed out during banner exchange|Connection to \S+ (?:port \d+ )?timed out|[Oo]peration timed out/,
    code: "E_UNREACHABLE",
    message: () => "no ssh server answered in time",
    hint: none,
  },
  {
    pattern:
      /banner line contains invalid characters|Bad remote protocol version|Protocol major versions differ|invalid identification string/,
    code: "E_UNREACHABLE",
    message: () => "what answers there is not an ssh server",
    hint: () => "is it the right port?",
  },
  {
    pattern: /(?:kex|ssh)_exchange_identification: .+\nConnection closed by UNKNOWN port 65535/,
    code: "E_UNREACHABLE",
    message: () => "its jump host or ProxyCommand ended without a connection",
    hint: () => "look at ProxyJump and ProxyCommand for it in ~/.ssh/config",
  },
  {
    pattern: /(?:kex|ssh)_exchange_identification: (.+)/,
    code: "E_UNREACHABLE",
    message: (match) => `the host hung up before the login: ${match[1]}`,
    hint: () => "sshd may be starting, be full (MaxStartups), or ban this address",
  },
  {
    pattern: /too long for Unix domain socket|ControlPath too long/,
    code: "E_SSH_CONFIGURATION",
    message: () => "the path of ssh's control socket is too long",
    hint: () => "set XDG_RUNTIME_DIR to a short path",
  },
  {
    pattern: /(?:exec|shell|subsystem) request failed on channel \d+/,
    code: "E_COMMAND",
    message: (match) => `its sshd started no command: ${match[0]}`,
    hint: () => "is it out of processes or memory?",
  },
  {
    pattern: /Timeout, server \S+ not responding/,
    code: "E_CONNECTION_LOST",
    message: () => "it stopped answering",
    hint: none,
  },
  {
    pattern: /Control socket connect|mux_client_\w+|UNKNOWN port 65535|[Mm]aster is dead/,
    code: "E_CONNECTION_LOST",
    message: () => "the connection is gone",
    hint: none,
  },
  {
    pattern:
      /Broken pipe|Connection reset by|Connection to \S+ closed by remote host|Connection closed by|Connection to \S+ closed|Corrupted MAC|Bad packet length|message authentication code incorrect|Connection aborted/,
    code: "E_CONNECTION_LOST",
    message: (match) => `the connection broke: ${match[0]}`,
    hint: none,
  },
];

export const elevationErrorRows: readonly Row[] = [
  {
    pattern: /^Sorry, try again\.|^sudo: (?:\d+ incorrect password attempts?|no password was provided)/im,
    code: "E_ELEVATION",
    message: () => "sudo does not take the password",
    hint: (_, target) => `it is the password of ${target.user ?? "the login user"} on that host that sudo asks for`,
  },
  {
    pattern:
      /^sudo: (?:a password is required|a terminal is required to read the password|no tty present.*|sorry, you must have a tty to run sudo)|interactive authentication is required/im,
    code: "E_ELEVATION",
    message: () => "sudo wants a password",
    hint: (_, target) =>
      `give its password with --ask-sudo-password, give ${target.user ?? "the user"} NOPASSWD in security.sudo.extraRules, or log in as root`,
  },
  {
    pattern:
      /(\S+) is not (?:in the sudoers file|allowed to (?:execute|run sudo))|user (\S+) is not allowed to execute/i,
    code: "E_ELEVATION",
    message: (match) => `${match[1] ?? match[2]} may not use sudo`,
    hint: () => "add a rule to security.sudo.extraRules, or log in as root",
  },
  {
    pattern: /^doas: (?:Authentication (?:required|failed)|a tty is required|Operation not permitted)/im,
    code: "E_ELEVATION",
    message: () => "doas wants a password or has no rule for this user",
    hint: () => "add a rule with noPass to security.doas.extraRules, or log in as root",
  },
  {
    pattern:
      /Interactive authentication required|Access denied as the requested operation requires interactive authentication/i,
    code: "E_ELEVATION",
    message: () => "polkit wants a password",
    hint: () => "add a polkit rule for this user, or log in as root",
  },
  {
    pattern: /^(?:.*: )?(sudo|doas|run0): (?:command )?not found|exec: (sudo|doas|run0): not found/m,
    code: "E_ELEVATION",
    message: (match) => `${match[1] ?? match[2]} is not installed there`,
    hint: () => "set deployment.privilegeEscalationCommand, or log in as root",
  },
  {
    pattern:
      /^sudo: (.*(?:no new privileges|must be owned by uid 0|account management error|account validation failure).*)/m,
    code: "E_ELEVATION",
    message: (match) => `sudo does not work there: ${match[1]}`,
    hint: none,
  },
];

function keyscan(target: Target): string {
  return shellQuote(["ssh-keyscan", ...(target.port === null ? [] : ["-p", String(target.port)]), target.address]);
}
