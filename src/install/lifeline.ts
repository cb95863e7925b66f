// The way to a machine for as long as a piece of work there takes: a connection, and another one in its place when it breaks.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { Connection } from "../ssh/connection.ts";
import type { RunClock } from "../deploy/run-clock.ts";

export interface Lifeline {
  /** The one that is used now. */
  readonly connection: Connection;
  /** A new one after this one broke. Rejects with what kept it from being made when its time is over. */
  renew(signal: AbortSignal): Promise<Connection>;
  close(): Promise<void>;
}

/** Milliseconds between two attempts, and until we give up: a cable that is found and plugged in again. */
const pause = 2_000;
const patience = 10 * 60_000;

/** What says that the way there is broken, and nothing of what is there. */
export const isBroken = (error: unknown): error is FlotillaError =>
  error instanceof FlotillaError &&
  (error.code === "E_CONNECTION_LOST" ||
    error.code === "E_UNREACHABLE" ||
    error.code === "E_DEADLINE" ||
    error.code === "E_NAME_RESOLUTION");

/**
 * @param open a fresh login to the same machine; it rejects where another one answers
 * @param onRenew told with each attempt, for a word to the operator
 */
export function lifeline(
  first: Connection,
  open: (signal: AbortSignal) => Promise<Connection>,
  clock: RunClock,
  onRenew: (error: FlotillaError) => void = () => {},
): Lifeline {
  let connection = first;
  let renewing: Promise<Connection> | null = null;

  const reopen = async (signal: AbortSignal): Promise<Connection> => {
    const elevation = connection.elevation;
    await connection.close();
    const until = clock.now().getTime() + patience;
    for (;;) {
      try {
        connection = (await open(signal)).withElevation(elevation);
        return connection;
      } catch (error) {
        if (!isBroken(error) || signal.aborted || clock.now().getTime() >= until) throw error;
        onRenew(error);
        await clock.sleep(pause, signal);
      }
    }
  };

  return {
    get connection() {
      return connection;
    },
    renew: (signal) => (renewing ??= reopen(signal).finally(() => (renewing = null))),
    close: () => connection.close(),
  };
}

/** So often in one piece of work: what breaks each time is no accident of the network. */
const mostRenewals = 50;

/** Does what can be done again over a new connection when the one it used has broken. */
export async function overLifeline<Result>(
  line: Lifeline,
  signal: AbortSignal,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  for (let renewals = 0; ; renewals += 1) {
    const { connection } = line;
    try {
      return await work(connection);
    } catch (error) {
      if (!isBroken(error) || signal.aborted || renewals === mostRenewals) throw error;
      // Somebody else may have renewed it meanwhile.
      if (line.connection === connection) await line.renew(signal);
    }
  }
}
