// One channel to the guard: reads its lines until the end, tells the observer what is new, notices when it falls silent.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { ProcessResult } from "../process/runner.ts";
import type { Connection, RemoteCommand } from "../ssh/connection.ts";
import { type GuardLine, parseGuardLine } from "./guard-protocol.ts";
import type { GuardEnd, GuardObserver } from "./guard.ts";

/**
 * Milliseconds without a line after which a channel counts as broken: two of the guard's signs of life, which come every
 * five seconds. Early rather than late: a host that moves to its new address waits there to be confirmed.
 */
const silenceLimit = 12_000;

/** Milliseconds until the first line: a guard that starts on a busy host takes its time. */
const greetingLimit = 30_000;

/** How much of a run has been told: its events (states and notes) and its lines of output. */
export class GuardPosition {
  events = 0;
  log = 0;
  readonly notes: string[] = [];
}

/**
 * Carries out one verb and follows the guard.
 *
 * @param position where the verb starts to tell; moved on with each thing told, so that of two channels for the same
 *   position only the first to bring a thing tells it.
 * @throws FlotillaError the guard's own refusal; E_CONNECTION_LOST when the channel ends without an end of the run;
 *   E_INTERRUPTED when the signal aborts.
 */
export async function converse(
  connection: Connection,
  command: RemoteCommand,
  observer: GuardObserver,
  position: GuardPosition,
  signal: AbortSignal,
): Promise<GuardEnd | "under-way"> {
  const conversation = new Conversation(observer, position);
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), greetingLimit);
  const onStdoutLine = (line: string): void => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), silenceLimit);
    conversation.hear(line);
  };
  const channel = connection.run(command, { signal: AbortSignal.any([signal, silence.signal]), onStdoutLine });
  const whole = channel.then(
    (result) => conversation.close(result, connection, signal),
    (error: unknown) => conversation.fail(silence.signal.aborted && !signal.aborted ? lost(connection) : error),
  );
  try {
    // The answer is known before the channel has closed, which takes the host's time.
    return await Promise.race([conversation.answer, whole.then(() => conversation.answer)]);
  } finally {
    clearTimeout(timer);
  }
}

class Conversation {
  readonly #answer = Promise.withResolvers<GuardEnd | "under-way">();
  readonly #observer: GuardObserver;
  readonly #position: GuardPosition;
  #events: number;
  #log: number;
  #greeted = false;

  constructor(observer: GuardObserver, position: GuardPosition) {
    this.#observer = observer;
    this.#position = position;
    this.#events = position.events;
    this.#log = position.log;
    this.#answer.promise.catch(() => {});
  }

  get answer(): Promise<GuardEnd | "under-way"> {
    return this.#answer.promise;
  }

  fail(error: unknown): void {
    this.#answer.reject(error);
  }

  hear(text: string): void {
    let line: GuardLine | null;
    try {
      line = parseGuardLine(text);
    } catch (error) {
      // Before the greeting it is the login shell that speaks.
      if (this.#greeted) this.fail(error);
      return;
    }
    if (line?.type === "greeting") this.#greeted = true;
    else if (line !== null && (this.#greeted || line.type === "error")) this.#take(line);
  }

  #take(line: Exclude<GuardLine, { type: "greeting" }>): void {
    const position = this.#position;
    switch (line.type) {
      case "state":
        if (this.#isNewEvent()) this.#observer.onState(line.state, line.detail);
        return;
      case "note":
        if (this.#isNewEvent()) position.notes.push(line.text);
        return;
      case "log":
        this.#log += 1;
        if (this.#log <= position.log) return;
        position.log = this.#log;
        this.#observer.onLog(line.text);
        return;
      case "alive":
        return;
      case "under-way":
        this.#answer.resolve("under-way");
        return;
      case "end":
        this.#answer.resolve({
          outcome: line.outcome,
          code: line.code,
          message: line.message,
          notes: [...position.notes],
        });
        return;
      case "error":
        this.fail(new FlotillaError(line.code, line.message));
    }
  }

  #isNewEvent(): boolean {
    this.#events += 1;
    if (this.#events <= this.#position.events) return false;
    this.#position.events = this.#events;
    return true;
  }

  /** The channel has ended; if the run's end was not in it, says why not. */
  close(result: ProcessResult, connection: Connection, signal: AbortSignal): void {
    const log = result.stderr === "" ? [] : result.stderr.split("\n").slice(-20);
    if (signal.aborted) return this.fail(new FlotillaError("E_INTERRUPTED", "interrupted"));
    const neverBegan = !this.#greeted && result.exitCode !== null && result.exitCode > 0 && result.exitCode < 128;
    if (!neverBegan) return this.fail(lost(connection, log));
    this.fail(
      new FlotillaError("E_COMMAND", `the guard could not be run (exit status ${result.exitCode})`, {
        host: connection.target.host,
        log,
      }),
    );
  }
}

function lost(connection: Connection, log: readonly string[] = []): FlotillaError {
  const { host } = connection.target;
  return new FlotillaError("E_CONNECTION_LOST", `${host}: the connection to the guard is gone`, { host, log });
}
