// How ssh is called: pure functions from a target to an argument list.
// Of two settings ssh keeps the first, so that what we need comes first, then the operator's words, then what we prefer.
import { FlotillaError } from "../domain/flotilla-error.ts";
import { remoteCommandLine } from "./remote-command-line.ts";
import { splitShellWords } from "./split-shell-words.ts";
import type { Target } from "./target.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** What is needed to log in, beside the target. */
export interface Login {
  readonly environment: Environment;
  /** The known_hosts file with the target's pinned key; null: the operator's own files and policy. */
  readonly knownHosts: string | null;
  /** Takes a key that none of these files knows, and writes it into the first of them; null: as the operator's policy is. */
  readonly newKeys?: readonly [string, ...string[]] | null;
  /** ssh may ask for a password, of a program that answers in the operator's place. */
  readonly asksPassword?: boolean;
}

/**
 * The login that stays: a master in the foreground that runs `sh -s`, and ends when our end of its stdin closes.
 * `seconds`: how long to wait for the host to answer.
 */
export function masterArguments(target: Target, login: Login, socket: string, seconds: number): string[] {
  return [
    "-T",
    "-x",
    ...(login.asksPassword === true
      ? [...option("BatchMode", "no"), ...option("NumberOfPasswordPrompts", "1")]
      : option("BatchMode", "yes")),
    ...option("ControlMaster", "yes"),
    ...option("ControlPath", socket),
    ...option("ControlPersist", "no"),
    ...option("ClearAllForwardings", "yes"),
    ...option("RemoteCommand", "none"),
    ...loginArguments(target, login),
    ...option("LogLevel", "INFO"),
    ...option("ConnectTimeout", String(seconds)),
    ...option("ServerAliveInterval", "5"),
    ...option("ServerAliveCountMax", "3"),
    "--",
    target.address,
    "/bin/sh -s",
  ];
}

/**
 * A command through the master. Without the master it fails: its way to a login of its own is barred. The operator's
 * configuration has made the login; it is not read again, so that its forwards, terminals and `Match exec` stay out.
 */
export function channelArguments(target: Target, socket: string, words: readonly string[]): string[] {
  return ["-T", "-x", ...throughMaster(socket), "--", target.address, remoteCommandLine(words)];
}

/** Asks whether the master still serves its socket. */
export function checkArguments(target: Target, socket: string): string[] {
  return [...throughMaster(socket), "-O", "check", "--", target.address];
}

/**
 * The value of NIX_SSHOPTS that leads nix through the master. Nix hangs when it is given a master to keep
 * (https://github.com/NixOS/nix/issues/8329, …/10645), and splits the value at blanks: none of these words has one.
 */
export function nixSshOptions(socket: string): string {
  return throughMaster(socket).join(" ");
}

/** Asks ssh itself what it would do: its answer is the configuration that holds for the target. */
export function configurationArguments(target: Target, login: Login): string[] {
  return ["-G", ...loginArguments(target, login), "--", target.address];
}

/** A session in the operator's terminal. */
export function interactiveArguments(target: Target, login: Login, words: readonly string[]): string[] {
  return [
    ...loginArguments(target, login),
    "--",
    target.address,
    ...(words.length === 0 ? [] : [remoteCommandLine(words)]),
  ];
}

/** How nix names the host. The connection is there already, so this is only a label that has to survive as a URI. */
export function nixAuthority(target: Target): string {
  const user = target.user !== null && /^[A-Za-z0-9._-]+$/.test(target.user) ? `${target.user}@` : "";
  if (/^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$/.test(target.address)) return `${user}[${target.address}]`;
  return `${user}${/^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(target.address) ? target.address : target.host}`;
}

function throughMaster(socket: string): string[] {
  return [
    "-F",
    "none",
    ...option("BatchMode", "yes"),
    ...option("ControlMaster", "no"),
    ...option("ControlPath", socket),
    // ssh would log in anew when the master is gone; with a proxy that ends at once it cannot.
    ...option("ProxyCommand", "false"),
  ];
}

function loginArguments(target: Target, { environment, knownHosts, newKeys = null }: Login): string[] {
  if (target.address.startsWith("-")) {
    throw new FlotillaError("E_CONFIGURATION", `an address does not start with a dash: ${target.address}`);
  }
  return [
    ...(knownHosts === null ? [] : pinned(target, knownHosts)),
    ...(target.port === null ? [] : ["-p", String(target.port)]),
    ...(target.user === null ? [] : ["-l", target.user]),
    ...configurationFile(environment),
    ...target.options,
    ...splitShellWords(environment["NIX_SSHOPTS"] ?? ""),
    ...(newKeys === null || knownHosts !== null
      ? []
      : [...option("StrictHostKeyChecking", "accept-new"), ...option("UserKnownHostsFile", newKeys.join(" "))]),
  ];
}

function pinned(target: Target, knownHosts: string): string[] {
  return [
    ...option("UserKnownHostsFile", knownHosts),
    ...option("GlobalKnownHostsFile", "/dev/null"),
    ...option("HostKeyAlias", target.host),
    ...option("StrictHostKeyChecking", "yes"),
    ...option("UpdateHostKeys", "no"),
    ...option("VerifyHostKeyDNS", "no"),
  ];
}

function configurationFile(environment: Environment): string[] {
  const file = environment["SSH_CONFIG_FILE"] ?? "";
  return file === "" ? [] : ["-F", file];
}

function option(name: string, value: string): string[] {
  return ["-o", `${name}=${value}`];
}
