// What a guard says, as events: its states as phases that begin and end, its log lines as they are.
import type { GuardObserver, GuardState } from "../../activation/guard.ts";
import type { Emit } from "../../domain/event.ts";
import type { HostName } from "../../domain/host-name.ts";
import type { Outcome } from "../../domain/outcome.ts";
import type { Phase } from "../../domain/phase.ts";

/** The phase that the view shows for each state of the guard; null: what it shows already. */
const phaseOfState: Readonly<Record<GuardState, Phase | null>> = {
  starting: null,
  checking: null,
  activating: "activate",
  health: "health",
  "awaiting-confirm": "confirm",
  committing: "commit",
  reverting: "activate",
  finished: null,
};

/** Lines kept for the report of a host that fails. */
const tailLength = 20;

export class ActivationPhases implements GuardObserver {
  /** The last lines that the activation printed, and the way back after it. */
  readonly log: string[] = [];
  /** The same without the way back: what failed is at its end. null: none was taken. */
  #failed: readonly string[] | null = null;
  readonly #emit: Emit;
  readonly #host: HostName;
  #current: Phase | null = null;
  /** Where a new connection is tried, once that is said. */
  #confirming: string | null = null;

  constructor(emit: Emit, host: HostName) {
    this.#emit = emit;
    this.#host = host;
  }

  onState(state: GuardState, detail: string | null): void {
    const phase = phaseOfState[state];
    if (phase === null) return;
    if (state === "reverting") {
      this.#failed ??= [...this.log];
      this.#begin(phase, { detail: `back to the previous system: ${detail ?? ""}` });
    } else this.#begin(phase, state === "health" && detail !== null ? { detail } : {});
  }

  onLog(line: string): void {
    if (this.log.push(line) > tailLength) this.log.shift();
    this.#emit({ type: "host-log", host: this.#host, phase: "activate", line });
  }

  /** The lines that say why it ended so: of a way back that went well, those before it. */
  logOf(outcome: Outcome | null): readonly string[] {
    return outcome === "rolled-back" && this.#failed !== null ? this.#failed : this.log;
  }

  /** What is tried from here while the guard waits for it. */
  confirming(address: string, deadline: Date): void {
    if (this.#confirming === address) return;
    this.#confirming = address;
    this.#begin("confirm", { detail: `new connection to ${address}`, deadline: deadline.toISOString() });
  }

  end(): void {
    if (this.#current !== null && this.#current !== "activate") this.#say("finished");
    this.#current = null;
  }

  #begin(phase: Phase, more: { readonly detail?: string; readonly deadline?: string }): void {
    // `activate` itself begins and ends with the step.
    if (phase === "activate" && more.detail === undefined) return;
    if (this.#current !== null && this.#current !== phase && this.#current !== "activate") this.#say("finished");
    this.#current = phase;
    this.#emit({ type: "host-phase", host: this.#host, phase, state: "started", ...more });
  }

  #say(state: "finished"): void {
    if (this.#current === null) return;
    this.#emit({ type: "host-phase", host: this.#host, phase: this.#current, state });
  }
}
