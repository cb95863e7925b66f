// One activation as the operator sees it: start the guard, and when it waits for it, prove from outside that the new
// system can be reached. The guard decides alone whenever we are late, cut off or killed; we only ever learn its end.
import { FlotillaError } from "../domain/flotilla-error.ts";
import { guardBudget } from "../activation/guard-order-file.ts";
import type { GuardEnd, GuardObserver, GuardOrder, GuardState } from "../activation/guard.ts";
import type { Connection } from "../ssh/connection.ts";
import { isThisMachine, type Target } from "../ssh/target.ts";
import type { RunId } from "../domain/run-id.ts";
import type { RunClock } from "./run-clock.ts";

/** Milliseconds between two attempts to reach a host that did not answer. */
const retryInterval = 500;

/** After a key was refused: each refusal counts 5 s with sshd, which from 15 s on shuts our address out (PerSourcePenalties). */
const retryAfterRefusal = 6000;

/** How long a guard whose start nobody saw may take to show itself, in seconds. */
const startAllowance = 60;

/** How long we look for a host that is late, in seconds: what restoring the old system takes, or a reboot into it. */
const revertAllowance = 60;

/** The guard's verbs, each over a connection. They reject with E_CONNECTION_LOST when the channel breaks. */
export interface GuardVerbs {
  start(connection: Connection, order: GuardOrder, observer: GuardObserver, signal: AbortSignal): Promise<GuardEnd>;
  follow(connection: Connection, run: RunId, observer: GuardObserver, signal: AbortSignal): Promise<GuardEnd>;
  confirm(connection: Connection, run: RunId, observer: GuardObserver, signal: AbortSignal): Promise<GuardEnd>;
  revert(connection: Connection, run: RunId, observer: GuardObserver, signal: AbortSignal): Promise<GuardEnd>;
}

export interface Supervision {
  readonly guard: GuardVerbs;
  readonly order: GuardOrder;
  /** The login that the run has had all along. */
  readonly login: Connection;
  /** Where the *new* system says it is reached. Only a connection to one of these confirms. */
  readonly confirmTargets: readonly Target[];
  /** Where the host was reached before, and is again once the old system is back. */
  readonly fallbackTargets: readonly Target[];
  /** A fresh login, never over an existing connection. Rejects when none of the targets answers. */
  readonly open: (targets: readonly Target[], signal: AbortSignal) => Promise<Connection>;
  /** The checks that run from here, once the new system is reached. Rejects with E_HEALTH. */
  readonly checkHealth: (signal: AbortSignal) => Promise<void>;
  readonly observer: GuardObserver;
  /** Said before each stage of the confirmation, for the view. */
  readonly onConfirming: (detail: string, deadline: Date) => void;
  readonly clock: RunClock;
  /** Aborted when the operator leaves for good. */
  readonly signal: AbortSignal;
}

/**
 * Runs the activation to its end.
 *
 * @returns how the guard ended, or `null` when contact was lost and the guard decides alone.
 * @throws FlotillaError when the guard could not be started: nothing was changed.
 */
export async function superviseActivation(supervision: Supervision): Promise<GuardEnd | null> {
  return new ActivationSupervisor(supervision).run();
}

class ActivationSupervisor {
  readonly #supervision: Supervision;
  readonly #awaitingConfirm = Promise.withResolvers<void>();
  readonly #begun: number;
  /** When a guard that uses all of its time has decided, or the deadman takes its place. */
  readonly #latestDecision: number;
  #state: GuardState | null = null;
  #confirmUntil: Date | null = null;
  /** Why we asked for the old system back. */
  #unhealthy: FlotillaError | null = null;
  /** Why the new system was last not reached from here. */
  #unreached: FlotillaError | null = null;

  constructor(supervision: Supervision) {
    this.#supervision = supervision;
    const { clock, order } = supervision;
    this.#begun = clock.now().getTime();
    this.#latestDecision = this.#begun + guardBudget(order) * 1000;
  }

  readonly #observer: GuardObserver = {
    onState: (state, detail) => {
      this.#enter(state);
      this.#supervision.observer.onState(state, detail);
    },
    onLog: (line) => this.#supervision.observer.onLog(line),
  };

  #enter(state: GuardState): void {
    this.#state = state;
    if (state !== "awaiting-confirm") return;
    const { clock, order } = this.#supervision;
    this.#confirmUntil ??= new Date(clock.now().getTime() + order.confirmTimeout * 1000);
    this.#awaitingConfirm.resolve();
  }

  async run(): Promise<GuardEnd | null> {
    const end = await this.#follow();
    if (end?.code === "E_CONFIRM_TIMEOUT" && this.#unhealthy === null && this.#unreached !== null) {
      return { ...end, message: `${end.message ?? "not confirmed"}: ${this.#unreached.message}` };
    }
    if (this.#unhealthy === null || (end?.code !== "E_INTERRUPTED" && end?.code !== "E_CONFIRM_TIMEOUT")) return end;
    // Whichever line brought the end: the guard knows only that the operator wanted it.
    return { ...end, code: this.#unhealthy.code, message: this.#unhealthy.message };
  }

  async #follow(): Promise<GuardEnd | null> {
    const { guard, login, order, signal } = this.#supervision;
    const following = guard.start(login, order, this.#observer, signal);
    // Watched from here on, so that a line that breaks later is no unhandled rejection.
    const line = following.then(
      (end) => ({ end }),
      (error: unknown) => ({ error }),
    );
    const first = await Promise.race([line, this.#awaitingConfirm.promise]);
    if (first === undefined) return this.#regain(line);
    if ("end" in first) return first.end;
    // An error before the guard has said anything means that it did not start, unless the line broke under the order.
    if (this.#state === null && !isLoss(first.error)) throw first.error;
    return this.#regain(null);
  }

  /** Tries fresh connections until one has brought the guard's end, or the first line has, or time is up. */
  async #regain(line: Promise<{ end: GuardEnd } | { error: unknown }> | null): Promise<GuardEnd | null> {
    const giveUp = new AbortController();
    const signal = AbortSignal.any([this.#supervision.signal, giveUp.signal]);
    const never = new Promise<never>(() => {});
    const firstLine = line?.then((result) => ("end" in result ? result.end : never)) ?? never;
    try {
      const end = await Promise.race([firstLine, this.#tryUntilLate(signal)]);
      if (end !== null || line === null) return end;
    } finally {
      giveUp.abort();
    }
    // The guard is late, but no contact is lost: a line that stands brings the end, and one that falls silent breaks.
    const last = await line;
    return "end" in last ? last.end : null;
  }

  async #tryUntilLate(signal: AbortSignal): Promise<GuardEnd | null> {
    const { clock } = this.#supervision;
    const isLate = (): boolean =>
      clock.now().getTime() > (this.#confirmUntil?.getTime() ?? this.#latestDecision) + revertAllowance * 1000;
    while (!signal.aborted && !isLate()) {
      const { end, wait } = await this.#tryOnce(signal);
      if (end !== null) return end;
      await clock.sleep(wait, signal).catch(() => {});
    }
    return null;
  }

  /** One fresh connection: confirm over it where that is due, follow the guard over it otherwise. */
  async #tryOnce(signal: AbortSignal): Promise<{ readonly end: GuardEnd | null; readonly wait: number }> {
    const { clock, confirmTargets, fallbackTargets, onConfirming, open } = this.#supervision;
    const confirmUntil = this.#state === "awaiting-confirm" ? this.#confirmUntil : null;
    // The new system's own addresses alone while it may be confirmed; otherwise wherever the host answers.
    const due = confirmUntil !== null && clock.now() < confirmUntil;
    if (due) onConfirming(describe(confirmTargets), confirmUntil);
    const targets = due ? confirmTargets : distinct([...confirmTargets, ...fallbackTargets]);
    let connection: Connection;
    try {
      connection = await open(targets, signal);
    } catch (error) {
      if (!(error instanceof FlotillaError)) throw error;
      if (due && !signal.aborted) this.#unreached = error;
      const refused = error.code === "E_AUTHENTICATION";
      return { end: null, wait: refused ? retryAfterRefusal : retryInterval };
    }
    try {
      const end = await (due ? this.#confirmOver(connection, signal) : this.#followOver(connection, signal));
      return { end, wait: retryInterval };
    } catch (error) {
      // The channel broke: the next attempt opens another. A guard that never started is the answer, once it had its time.
      if (this.#state !== null || isLoss(error) || this.#mayStillStart()) return { end: null, wait: retryInterval };
      throw neverStarted(error);
    } finally {
      await connection.close();
    }
  }

  #mayStillStart(): boolean {
    return this.#supervision.clock.now().getTime() < this.#begun + startAllowance * 1000;
  }

  async #confirmOver(connection: Connection, signal: AbortSignal): Promise<GuardEnd> {
    const { checkHealth, guard, order } = this.#supervision;
    try {
      await checkHealth(signal);
    } catch (error) {
      if (!(error instanceof FlotillaError)) throw error;
      this.#unhealthy = error;
      return guard.revert(connection, order.run, this.#observer, signal);
    }
    return guard.confirm(connection, order.run, this.#observer, signal);
  }

  /** Follows until the end, or only until the guard waits for a confirmation, which takes a connection of its own. */
  async #followOver(connection: Connection, signal: AbortSignal): Promise<GuardEnd | null> {
    const { guard, order } = this.#supervision;
    const confirmationIsPast = this.#confirmUntil !== null;
    const following = guard.follow(connection, order.run, this.#observer, signal);
    if (confirmationIsPast) return following;
    following.catch(() => {});
    return (await Promise.race([following, this.#awaitingConfirm.promise])) ?? null;
  }
}

const isLoss = (error: unknown): boolean =>
  error instanceof FlotillaError &&
  (error.code === "E_CONNECTION_LOST" || error.code === "E_UNREACHABLE" || error.code === "E_DEADLINE");

const neverStarted = (error: unknown): unknown =>
  error instanceof FlotillaError && error.code === "E_NO_SUCH_RUN"
    ? new FlotillaError("E_CONNECTION_LOST", "the connection broke before the guard had started; nothing was changed", {
        hint: "the same command again goes on where this one ended",
        cause: error,
      })
    : error;

/** Each address gets a share of an attempt's time, and sshd counts each try: the same login twice is once too often. */
function distinct(targets: readonly Target[]): readonly Target[] {
  return [...new Map(targets.map((target) => [JSON.stringify(target), target])).values()];
}

function describe(targets: readonly Target[]): string {
  // It always answers.
  if (targets.some(isThisMachine)) return "this machine";
  return targets
    .map((target) => (target.port === null ? target.address : `${target.address}:${target.port}`))
    .join(", ");
}
