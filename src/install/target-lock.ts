// Who installs a machine has it alone: a lock there for as long as this run can be heard from.
import type { RunClock } from "../deploy/run-clock.ts";
import { readAsset } from "../assets.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { RunId } from "../domain/run-id.ts";
import type { Connection } from "../ssh/connection.ts";
import type { Lifeline } from "./lifeline.ts";
import { installDirectory } from "./remote-job.ts";

export interface TargetLock {
  /** Gives the machine free; does nothing where it cannot be reached, as the lock ends with our login. */
  release(): Promise<void>;
  /** Renews it no longer, where the system that it was on is gone. */
  abandon(): Promise<void>;
}

export interface LockRequest {
  readonly run: RunId;
  /** user@machine, for whoever is refused. */
  readonly operator: string;
  readonly clock: RunClock;
  /** Another one for tests. */
  readonly directory?: string;
}

/** Milliseconds between two renewals, and between two looks at the lock of another. A lease is 45 s. */
const renewal = 10_000;
const look = 12_000;
const mostLooks = 6;
const deadline = 30_000;

/**
 * Takes the machine, and keeps it until it is released. A holder that is not heard from any longer is waited for, at most a
 * minute; one that is heard from refuses us.
 *
 * @throws FlotillaError E_LOCKED with who holds it
 */
export async function lockTarget(line: Lifeline, request: LockRequest, signal: AbortSignal): Promise<TargetLock> {
  const { clock } = request;
  let first: Holder | null = null;
  for (let looks = 0; ; looks += 1) {
    const holder = await take(line.connection, request, signal);
    if (holder === null) break;
    // One that renews its lease is alive.
    if (looks === mostLooks || (first !== null && first.renewed !== holder.renewed)) throw locked(line, holder);
    first ??= holder;
    await clock.sleep(look, signal);
  }
  return keep(line, request);
}

interface Holder {
  readonly run: string;
  readonly renewed: string;
  readonly since: string;
  readonly operator: string;
}

const directoryOf = ({ directory = installDirectory }: LockRequest): string => directory;

async function take(connection: Connection, request: LockRequest, signal: AbortSignal): Promise<Holder | null> {
  const { exitCode, stderr, stdout } = await call(connection, request, ["take", request.operator], signal);
  const answer = stdout.trim();
  if (exitCode === 0 && answer === "taken") return null;
  const [, run, renewed, since, operator] = /^held (\S+) (\d+) (\S+) (.*)$/u.exec(answer) ?? [];
  if (run !== undefined && renewed !== undefined && since !== undefined && operator !== undefined) {
    return { run, renewed, since, operator };
  }
  const { host } = connection.target;
  throw new FlotillaError("E_COMMAND", `${host}: the machine could not be locked for this run`, {
    host,
    log: stderr.split("\n").slice(-10),
  });
}

const call = (
  connection: Connection,
  request: LockRequest,
  [verb, ...words]: readonly [string, ...string[]],
  signal?: AbortSignal,
): ReturnType<Connection["run"]> =>
  connection.run(
    {
      words: ["sh", "-s", "--", verb, directoryOf(request), request.run, ...words],
      stdin: readAsset("src/install/target-lock.sh"),
      asRoot: true,
      deadline,
    },
    signal === undefined ? {} : { signal },
  );

function keep(line: Lifeline, request: LockRequest): TargetLock {
  const stop = new AbortController();
  const renewing = (async () => {
    for (;;) {
      await request.clock.sleep(renewal, stop.signal);
      // A connection that is broken is not ours to mend; whoever mends it comes in time.
      await call(line.connection, request, ["take", request.operator], stop.signal).catch(() => null);
    }
  })().catch(() => {});
  const abandon = async (): Promise<void> => {
    stop.abort();
    await renewing;
  };
  return {
    abandon,
    async release() {
      await abandon();
      await call(line.connection, request, ["release"]).catch(() => null);
    },
  };
}

function locked({ connection }: Lifeline, { operator, run, since }: Holder): FlotillaError {
  const { host } = connection.target;
  return new FlotillaError("E_LOCKED", `${host}: ${operator} installs this machine, since ${since} (run ${run})`, {
    host,
    hint: "wait for its end; a run that is gone lets the machine go within a minute",
  });
}
