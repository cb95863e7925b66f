// A Connection to the machine we run on: no login, no network, the same commands and the same ways to become root. What it
// proves of the machine is that programs run there, never that it can be reached from outside.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { Secret } from "../domain/secret.ts";
import type { Runner } from "../process/runner.ts";
import type { Connection, OpenConnectionOptions, OpenedConnection } from "./connection.ts";
import { elevatedConnection } from "./elevated-connection.ts";
import type { Target } from "./target.ts";

/** Runs `firstScript` here, as `ssh.open` does there. */
export async function openLocalConnection(
  runner: Runner,
  target: Target,
  { deadline, firstScript = "", signal }: OpenConnectionOptions,
  password: Secret | null = null,
): Promise<OpenedConnection> {
  const connection = localConnection(runner, target, password);
  const command = { words: ["/bin/sh", "-c", firstScript], asRoot: false, deadline };
  const { stdout } = await connection.run(command, signal === undefined ? {} : { signal });
  return { connection, firstOutput: stdout };
}

/**
 * The connection itself. Each is as fresh as a new one: a confirmation over it says that a new process could be started.
 *
 * @param target with `thisMachine` for its address
 */
export function localConnection(runner: Runner, target: Target, password: Secret | null = null): Connection {
  const { host } = target;
  return elevatedConnection({
    target,
    password,
    noElevation,
    async carry({ words, stdin }, command, options) {
      const [file = "", ...args] = words;
      const { deadline } = command;
      const result = await runner.run({ file, args, deadline, ...(stdin === undefined ? {} : { stdin }) }, options);
      if (result.aborted) throw new FlotillaError("E_INTERRUPTED", `${host}: interrupted`, { host });
      if (result.timedOut) {
        const what = command.words.join(" ");
        const message = `this machine: ${what} did not end within ${deadline / 1_000} s`;
        throw new FlotillaError("E_DEADLINE", message, { host });
      }
      return result;
    },
    // For this host name nix starts the program itself, without ssh (NixOS/nix, src/libstore/ssh.cc).
    nix: { authority: "localhost", environment: {} },
    close: async () => {},
  });
}

function noElevation({ host, user }: Target): FlotillaError {
  return new FlotillaError("E_ELEVATION", `${host}: ${user ?? "this user"} has no way to become root here`, {
    host,
    hint: "run it as root, allow sudo, doas or run0 without a password, or give sudo's with --ask-sudo-password",
  });
}
