// OpenSSH, the program, as the transport: people's ~/.ssh/config, agents, jump hosts and hardware keys work as they do by hand.
import { readFileSync } from "node:fs";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { Secret } from "../domain/secret.ts";
import type { Runner } from "../process/runner.ts";
import type { Connection, OpenConnectionOptions, OpenedConnection, Ssh } from "./connection.ts";
import { type ControlDirectory, createControlDirectory } from "./control-directory.ts";
import { openConnection } from "./open-connection.ts";
import { openLocalConnection } from "./local-connection.ts";
import { configurationArguments, type Environment, interactiveArguments, type Login } from "./ssh-arguments.ts";
import { rememberHostKey } from "./remember-host-key.ts";
import { isThisMachine, type Target } from "./target.ts";

export interface SshSettings {
  /** SSH_CONFIG_FILE, NIX_SSHOPTS and XDG_RUNTIME_DIR are read from it. */
  readonly environment: Environment;
  /** What sudo is told where it asks, on every host; asked of the operator once, before the first login. */
  readonly elevationPassword?: () => Secret | null;
}

/** Milliseconds for reading ssh's configuration, which may run programs of the operator's (`Match exec`). */
const configurationDeadline = 10_000;

/** e.g. "ssh-ed25519 AAAA…", as in known_hosts after the name, or in a host's .pub file. */
const publicKey = /^[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,3}(?: [^\r\n]*)?$/;

/**
 * Makes the transport. Its sockets live in a private directory that is made at the first use and removed by `close`.
 *
 * @example
 * const ssh = openSsh(runner, { environment: process.env });
 * const { connection, firstOutput } = await ssh.open(target, { deadline: 15_000, firstScript: "uname -m" });
 */
export function openSsh(runner: Runner, { environment, elevationPassword = () => null }: SshSettings): Ssh {
  let directory: ControlDirectory | null = null;
  const connections = new Set<Connection>();

  const files = (): ControlDirectory => (directory ??= createControlDirectory(environment));
  const loginTo = (target: Target): Login => ({
    environment,
    knownHosts: target.hostKey === null ? null : files().knownHosts(target.host, parseKey(target, target.hostKey)),
  });

  const configuration = async (target: Target): Promise<string> => {
    const args = configurationArguments(target, loginTo(target));
    return (await runner.run({ file: "ssh", args, deadline: configurationDeadline })).stdout;
  };

  /** Where ssh would ask the operator about a key, it is taken, into a file of its own. */
  const newKeysFor = async (target: Target): Promise<readonly [string, ...string[]] | null> => {
    if (target.hostKey !== null) return null;
    const settings = await configuration(target);
    if (!/^stricthostkeychecking (?:ask|accept-new)$/m.test(settings)) return null;
    const known = /^userknownhostsfile (.+)$/m.exec(settings)?.[1]?.split(" ") ?? [];
    return [files().newKeys(), ...known];
  };

  const firstContact = async (
    target: Target,
    options: OpenConnectionOptions,
    password: Secret | null,
  ): Promise<OpenedConnection> => {
    const newKeys = await newKeysFor(target);
    const variable = "FLOTILLA_LOGIN_PASSWORD";
    const { password: secret = null } = options.firstContact ?? {};
    const env =
      secret === null
        ? {}
        : { SSH_ASKPASS: files().askpass(variable), SSH_ASKPASS_REQUIRE: "force", [variable]: secret.reveal() };
    const words = { ...loginTo(target), newKeys, asksPassword: secret !== null };
    const opened = await openConnection(runner, target, words, files().socket(), options, password, env);
    return { ...opened, newHostKeys: newKeys === null ? [] : keysIn(newKeys[0]) };
  };

  return {
    async open(target, options) {
      const password = elevationPassword();
      const opened = isThisMachine(target)
        ? await openLocalConnection(runner, target, options, password)
        : options.firstContact !== undefined
          ? await firstContact(target, options, password)
          : await openConnection(runner, target, loginTo(target), files().socket(), options, password);
      connections.add(opened.connection);
      return opened;
    },
    interactive: async (target, words = []) => {
      if (!isThisMachine(target)) {
        return runner.interactive({ file: "ssh", args: interactiveArguments(target, loginTo(target), words) });
      }
      const [file = environment["SHELL"] ?? "/bin/sh", ...args] = words;
      return runner.interactive({ file, args });
    },
    async configuredPort(target) {
      if (isThisMachine(target)) return 22;
      return Number(/^port (\d+)$/m.exec(await configuration(target))?.[1] ?? 22);
    },
    rememberHostKey: async (target, key, others) =>
      isThisMachine(target)
        ? null
        : rememberHostKey(runner, await configuration({ ...target, hostKey: null }), key, others),
    async close() {
      await Promise.all(Array.from(connections, (connection) => connection.close()));
      connections.clear();
      directory?.remove();
      directory = null;
    },
  };
}

/** Of lines of known_hosts, without the names. */
const keysIn = (file: string): readonly string[] =>
  readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line) => {
      const [, type, key] = line.split(" ");
      return type === undefined || key === undefined ? [] : [`${type} ${key}`];
    });

function parseKey(target: Target, key: string): string {
  const trimmed = key.trim();
  if (publicKey.test(trimmed)) return trimmed;
  throw new FlotillaError(
    "E_CONFIGURATION",
    `${target.host}: hostKey is not a public key such as "ssh-ed25519 AAAA…"`,
    {
      host: target.host,
      hint: "ssh-keyscan prints it; leave the name in front of it out",
    },
  );
}
