// The hosts of a fleet as ssh's own configuration, so that ssh, scp and rsync know them by their names. What a value could
// mean to ssh beyond itself is refused, never escaped: ssh_config has no quoting that holds for every option.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import type { Host } from "../fleet/fleet.ts";
import { loginTargets } from "../fleet/target-of.ts";
import { isThisMachine, type Target } from "../ssh/target.ts";

export interface SshConfigHost {
  readonly name: HostName;
  /** Where it is reached first; null where it is built, never deployed to. */
  readonly target: Target | null;
}

/**
 * A Host block a host, ready for `Include` or `ssh -F`. A pinned key is checked through KnownHostsCommand, which needs no
 * file of its own. Options of the host's follow as they are, where ssh_config has them at all.
 *
 * @throws FlotillaError E_CONFIGURATION for a value that could mean something else to ssh
 * @see ssh_config(5)
 */
export function sshConfig(hosts: readonly SshConfigHost[]): string {
  const blocks = hosts.map(({ name, target }) =>
    target === null || isThisMachine(target) ? `# ${name} is never deployed to.\n` : block(name, target),
  );
  return blocks.join("\n");
}

/** What is written of one host as soon as it is evaluated, or why nothing is. */
export async function sshConfigOf(name: HostName, evaluation: Promise<Host>): Promise<string | FlotillaError> {
  try {
    return sshConfig([{ name, target: loginTargets(await evaluation).at(0) ?? null }]);
  } catch (error) {
    if (error instanceof FlotillaError) return error;
    throw error;
  }
}

function block(name: HostName, target: Target): string {
  const { address, hostKey, port, user } = target;
  const lines = [
    `Host ${name}`,
    ["HostName", plain(name, "address", address)],
    ...(user === null ? [] : [["User", plain(name, "user", user)]]),
    ...(port === null ? [] : [["Port", String(port)]]),
    ...(hostKey === null
      ? []
      : [
          ["HostKeyAlias", name],
          ["KnownHostsCommand", `/bin/sh -c "echo '${name} ${publicKey(name, hostKey)}'"`],
          ["UserKnownHostsFile", "/dev/null"],
          ["GlobalKnownHostsFile", "/dev/null"],
          ["StrictHostKeyChecking", "yes"],
          ["UpdateHostKeys", "no"],
        ]),
    ...optionLines(name, target.options),
  ];
  return `${lines.map((line) => (typeof line === "string" ? line : `    ${line.join(" ")}`)).join("\n")}\n`;
}

/** Letters of addresses, aliases and users; what ssh expands (%, ~, $) or splits at is none of them. */
function plain(host: HostName, what: string, value: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9_.:@-]*$/u.test(value) || /^::[0-9A-Fa-f:.]*$/u.test(value)) return value;
  throw refused(host, `its ${what} ${JSON.stringify(value)}`);
}

function publicKey(host: HostName, key: string): string {
  const [type = "", blob = ""] = key.trim().split(/\s+/u);
  if (/^[a-z0-9@.-]+$/u.test(type) && /^[A-Za-z0-9+/]+={0,3}$/u.test(blob)) return `${type} ${blob}`;
  throw refused(host, "its hostKey");
}

/** Flags of ssh that are options of its configuration too. */
const flags: ReadonlyMap<string, string> = new Map([
  ["-i", "IdentityFile"],
  ["-J", "ProxyJump"],
  ["-p", "Port"],
  ["-l", "User"],
]);
const switches: ReadonlyMap<string, readonly [keyword: string, value: string]> = new Map([
  ["-A", ["ForwardAgent", "yes"]],
  ["-C", ["Compression", "yes"]],
  ["-4", ["AddressFamily", "inet"]],
  ["-6", ["AddressFamily", "inet6"]],
]);

function optionLines(host: HostName, options: readonly string[]): readonly (readonly [string, string])[] {
  const lines: (readonly [string, string])[] = [];
  for (let index = 0; index < options.length; index += 1) {
    const word = options[index] ?? "";
    const toggle = switches.get(word);
    if (toggle !== undefined) {
      lines.push(toggle);
      continue;
    }
    const letter = word.slice(0, 2);
    const flag = flags.get(letter);
    if (flag === undefined && letter !== "-o")
      throw refused(host, `the option ${JSON.stringify(word)} of its sshOptions`);
    let value = word.slice(2);
    if (value === "") {
      index += 1;
      value = options[index] ?? "";
    }
    const [keyword, text] = flag === undefined ? splitOption(host, value) : [flag, value];
    lines.push([keyword, setting(host, keyword, text)]);
  }
  return lines;
}

/** `Keyword=value` or `Keyword value`. */
function splitOption(host: HostName, text: string): readonly [keyword: string, value: string] {
  const match = /^\s*([A-Za-z][A-Za-z0-9]*)(?:\s*=\s*|\s+)(.+?)\s*$/u.exec(text);
  const [, keyword, value] = match ?? [];
  // These two begin another block: what follows would no longer be this host's.
  if (keyword === undefined || value === undefined || /^(?:host|match|include)$/iu.test(keyword)) {
    throw refused(host, `the option ${JSON.stringify(text)} of its sshOptions`);
  }
  return [keyword, value];
}

/** The rest of a line is the operator's own: they wrote it for ssh. It only has to stay a line. */
function setting(host: HostName, keyword: string, value: string): string {
  if (value !== "" && /^[\x20-\x7E\u00A0-\uFFFF]+$/u.test(value)) return value;
  throw refused(host, `the value of its option ${keyword}`);
}

const refused = (host: HostName, what: string): FlotillaError =>
  new FlotillaError("E_CONFIGURATION", `${host}: ${what} cannot be written into a configuration of ssh`, { host });
