// Lets a program of the login user's speak with one that runs as root where sudo wants a password: nix starts its own ssh,
// which cannot give it. The program is started over the connection, which can; two pipes on the host lead to it.
import { readAsset } from "../assets.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { Connection } from "./connection.ts";
import { readsPassword } from "./elevation.ts";

export interface RootChannel {
  /** Before the program's own words: run by the login user they lead to it, as root. */
  readonly elevation: readonly string[];
  /** To be called when the conversation is over. */
  close(): Promise<void>;
}

/** Milliseconds for making and removing, and for the conversation: it ends what hangs, not what is slow. */
const makeDeadline = 20_000;
const conversationDeadline = 24 * 3_600_000;

/** Seconds until root's program waits no longer for somebody to speak: its other end may be lost. */
const patience = 600;

/**
 * Starts the program as root where that takes a password, for one conversation; otherwise the connection's own words for
 * elevation are all that it takes.
 *
 * @throws FlotillaError E_COMMAND where the pipes cannot be made; what the connection rejects with
 * @example
 * const channel = await openRootChannel(connection, ["nix-daemon", "--stdio"], signal);
 * try { await nix.copy({ ...request, elevation: channel.elevation }); } finally { await channel.close(); }
 */
export async function openRootChannel(
  connection: Pick<Connection, "elevation" | "run" | "target">,
  words: readonly string[],
  signal: AbortSignal,
  seconds = patience,
): Promise<RootChannel> {
  const { elevation } = connection;
  if (elevation === null || !readsPassword(elevation)) return { elevation: elevation ?? [], close: async () => {} };
  const script = readAsset("src/ssh/root-channel.sh");
  const run = (asRoot: boolean, deadline: number, ...words: readonly string[]): ReturnType<Connection["run"]> =>
    connection.run({ words: ["sh", "-s", "--", ...words], stdin: script, asRoot, deadline }, { signal });

  const made = await run(false, makeDeadline, "make");
  const directory = made.stdout.trim();
  if (made.exitCode !== 0 || !/^\/[A-Za-z0-9_./-]+$/u.test(directory)) {
    const { host } = connection.target;
    throw new FlotillaError("E_COMMAND", `${host}: no pipe can be made for the login user`, {
      host,
      log: made.stderr.split("\n").slice(-10),
    });
  }
  const served = run(true, conversationDeadline, "serve", directory, String(seconds), ...words).catch(() => null);
  return {
    elevation: ["sh", `${directory}/speak`],
    async close() {
      await connection
        .run({ words: ["sh", "-s", "--", "remove", directory], stdin: script, asRoot: false, deadline: makeDeadline })
        .catch(() => null);
      await served;
    },
  };
}
