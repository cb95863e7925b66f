// How one host ended in a run: what the final table, the history and the exit status are made of.
import type { Reason } from "../domain/event.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { StorePath } from "../domain/store-path.ts";
import type { Standing } from "./standing.ts";

export interface HostResult {
  readonly outcome: Outcome;
  readonly reason: Reason | null;
  /** The system that ran before; null where it was never learnt. */
  readonly previous: StorePath | null;
  readonly previousVersion: string | null;
  /** The system that was asked for; null where it was never learnt. */
  readonly system: StorePath | null;
  readonly version: string | null;
  readonly notes: readonly string[];
  /** How its profiles stood before anything was changed; absent where nothing was. */
  readonly before?: readonly Standing[];
}
