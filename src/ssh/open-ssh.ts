// OpenSSH, the program, as the transport: people's ~/.ssh/config, agents, jump hosts and hardware keys work as they do by hand.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { Secret } from "../domain/secret.ts";
import type { Runner } from "../process/runner.ts";
import type { Connection, Ssh } from "./connection.ts";
import { type ControlDirectory, createControlDirectory } from "./control-directory.ts";
import { openConnection } from "./open-connection.ts";
import { openLocalConnection } from "./local-connection.ts";
import { configurationArguments, type Environment, interactiveArguments, type Login } from "./ssh-arguments.ts";
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

  return {
    async open(target, options) {
      const password = elevationPassword();
      const opened = isThisMachine(target)
        ? await openLocalConnection(runner, target, options, password)
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
      const args = configurationArguments(target, loginTo(target));
      const { stdout } = await runner.run({ file: "ssh", args, deadline: configurationDeadline });
      return Number(/^port (\d+)$/m.exec(stdout)?.[1] ?? 22);
    },
    async close() {
      await Promise.all(Array.from(connections, (connection) => connection.close()));
      connections.clear();
      directory?.remove();
      directory = null;
    },
  };
}

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
