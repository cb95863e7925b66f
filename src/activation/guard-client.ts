// Speaks with the guard on a host: one verb, one channel, followed to the end. Which connection carries it is the
// caller's business; what one connection has told an observer, the next does not tell again.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { RunId } from "../domain/run-id.ts";
import type { StorePath } from "../domain/store-path.ts";
import type { ProgramInput } from "../process/program-input.ts";
import type { Connection, RemoteCommand } from "../ssh/connection.ts";
import { converse, GuardPosition } from "./guard-conversation.ts";
import { guardLaunchParts } from "./guard-launch-script.ts";
import type { GuardEnd, GuardObserver, GuardOrder } from "./guard.ts";

/** Milliseconds one conversation may last; a guard that falls silent is given up long before. */
const lifetime = 24 * 3_600_000;

/** Each verb resolves with the run's end, and rejects with E_CONNECTION_LOST when its channel breaks or falls silent. */
export interface GuardClient {
  /** Starts the guard and follows it. Rejects with E_LOCKED, naming the holder, when another run has the host. */
  start(connection: Connection, order: GuardOrder, observer: GuardObserver, signal: AbortSignal): Promise<GuardEnd>;
  /** Goes on where the observer last was. A run that nobody looks after any more is brought to its end first. */
  follow(connection: Connection, run: RunId, observer: GuardObserver, signal: AbortSignal): Promise<GuardEnd>;
  /** Says that the new system was reached, which only a fresh connection proves. Without effect but while awaited. */
  confirm(connection: Connection, run: RunId, observer: GuardObserver, signal: AbortSignal): Promise<GuardEnd>;
  /** Asks for the old system back. Without effect once the new one is confirmed, or the goal is boot. */
  revert(connection: Connection, run: RunId, observer: GuardObserver, signal: AbortSignal): Promise<GuardEnd>;
  /**
   * Learns the end of a run that contact was lost with, and brings it about where nobody else does; `null` while
   * somebody does. `expected` is what to infer the end from where the host has lost its record.
   */
  reconcile(
    connection: Connection,
    run: RunId,
    expected: { readonly system: StorePath; readonly previous: StorePath | null } | null,
    signal: AbortSignal,
  ): Promise<GuardEnd | null>;
}

/**
 * Makes the client.
 *
 * @param script what guardScript() gives
 * @example guardClient(guardScript()).follow(connection, run, observer, signal)
 */
export function guardClient(script: string): GuardClient {
  // Bytes go to each ssh as they are; of a text each would hold a copy for as long as the guard is followed.
  const bytes = Buffer.from(script);
  const positions = new WeakMap<GuardObserver, GuardPosition>();
  const positionOf = (observer: GuardObserver): GuardPosition => {
    const position = positions.get(observer) ?? new GuardPosition();
    positions.set(observer, position);
    return position;
  };
  const started = new Set<RunId>();
  const verb =
    (name: "follow" | "confirm" | "revert") =>
    async (connection: Connection, run: RunId, observer: GuardObserver, signal: AbortSignal): Promise<GuardEnd> => {
      const position = positionOf(observer);
      const say = async (command: (words: readonly string[]) => RemoteCommand): Promise<GuardEnd> => {
        const words = [name, run, String(position.events), String(position.log)];
        return ended(await converse(connection, command(words), observer, position, signal));
      };
      const send = (words: readonly string[]): RemoteCommand => guardCommand(bytes, words);
      if (!started.has(run)) return say(send);
      try {
        return await say((words) => placedGuardCommand(run, words));
      } catch (error) {
        // It went with the boot that it was made in.
        if (error instanceof FlotillaError && error.code === "E_NO_SUCH_RUN") return say(send);
        throw error;
      }
    };
  return {
    async start(connection, order, observer, signal) {
      started.add(order.run);
      const [head, , tail] = guardLaunchParts(script, order);
      const command = rootShell([], [head, bytes, tail]);
      return ended(await converse(connection, command, observer, positionOf(observer), signal));
    },
    follow: verb("follow"),
    confirm: verb("confirm"),
    revert: verb("revert"),
    async reconcile(connection, run, expected, signal) {
      const inferFrom = expected === null ? [] : [expected.system, expected.previous ?? ""];
      const command = guardCommand(bytes, ["reconcile", run, ...inferFrom]);
      const silent: GuardObserver = { onState: () => {}, onLog: () => {} };
      const answer = await converse(connection, command, silent, new GuardPosition(), signal);
      return answer === "under-way" ? null : answer;
    },
  };
}

/** The guard itself is what `sh -s` reads, so that the words come from our version of it, whichever started the run. */
const guardCommand = (script: Uint8Array, words: readonly string[]): RemoteCommand =>
  rootShell(["--", ...words], script);

/** The guard that we left on the host ourselves is ours: it need not be sent again, which on a slow line takes its time. */
const placedGuardCommand = (run: RunId, words: readonly string[]): RemoteCommand => {
  const script =
    'for volatile in "${FLOTILLA_ROOT:-}/run" "${FLOTILLA_ROOT:-}/var/run"; do ' +
    'guard=$volatile/flotilla/runs/$0/guard; [ ! -e "$guard" ] || exec sh "$guard" "$@"; done; ' +
    'echo "E E_NO_SUCH_RUN the guard is not there"';
  return { words: ["sh", "-c", script, run, ...words], asRoot: true, deadline: lifetime };
};

const rootShell = (words: readonly string[], stdin: ProgramInput): RemoteCommand => ({
  words: ["sh", "-s", ...words],
  stdin,
  asRoot: true,
  deadline: lifetime,
});

function ended(answer: GuardEnd | "under-way"): GuardEnd {
  if (answer === "under-way") throw new FlotillaError("E_GUARD_LOST", "the guard did not say how the run ended");
  return answer;
}
