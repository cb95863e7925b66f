// A phase of a host: its beginning and end as events, its errors with host and step, its limit.
import type { Emit } from "../domain/event.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import type { Phase } from "../domain/phase.ts";

/** Runs so many at once; the rest waits. p-limit's shape. */
export type Limit = <Result>(work: () => Promise<Result>) => Promise<Result>;

export interface PhaseContext {
  readonly emit: Emit;
  /** Aborted when the run is halted: nothing new is started. */
  readonly halt: AbortSignal;
}

/**
 * Waits for a place, then does the work of one phase.
 *
 * @throws E_INTERRUPTED when the run was halted before or during the work; otherwise what the work throws, with host and step.
 */
export async function inPhase<Result>(
  { emit, halt }: PhaseContext,
  host: HostName,
  phase: Phase,
  limit: Limit,
  work: () => Promise<Result>,
): Promise<Result> {
  return limit(async () => {
    if (halt.aborted) throw interrupted(host, phase);
    emit({ type: "host-phase", host, phase, state: "started" });
    try {
      const result = await work();
      emit({ type: "host-phase", host, phase, state: "finished" });
      return result;
    } catch (error) {
      emit({ type: "host-phase", host, phase, state: "failed" });
      if (!(error instanceof FlotillaError)) throw error;
      throw halt.aborted && error.code === "E_INTERRUPTED" ? interrupted(host, phase) : error.at(host, phase);
    }
  });
}

/** No limit: for work that is cheap, or limited elsewhere. */
export const unlimited: Limit = (work) => work();

export const interruptedBefore = "the run was interrupted before this host was changed";

function interrupted(host: HostName, step: Phase): FlotillaError {
  return new FlotillaError("E_INTERRUPTED", interruptedBefore, { host, step });
}
