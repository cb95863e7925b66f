// What the rest of the program knows of the guard: start it, follow it, confirm it, read how it ended.
// The guard itself is activation/guard.sh; activation/start-guard.ts and its neighbours speak with it.
import type { Outcome } from "../domain/outcome.ts";
import type { RunId } from "../domain/run-id.ts";
import type { StorePath } from "../domain/store-path.ts";
import type { HealthCheck } from "../fleet/deployment.ts";
import type { ErrorCode } from "../domain/error-codes.ts";

/** What the guard is told, once, at its start. All durations in seconds. */
export interface GuardOrder {
  readonly run: RunId;
  readonly operator: string;
  readonly goal: "switch" | "boot" | "test";
  readonly profile: string;
  readonly system: StorePath;
  readonly activationTimeout: number;
  readonly confirmTimeout: number;
  /** false: keep the new system whatever happens (rollback.enable = false). */
  readonly rollback: boolean;
  readonly onFailedUnits: "rollback" | "ignore";
  readonly preActivate: string | null;
  /** Those that run on the target. */
  readonly healthChecks: readonly HealthCheck[];
}

export type GuardState =
  | "starting"
  | "checking"
  | "activating"
  | "health"
  | "awaiting-confirm"
  | "committing"
  | "reverting"
  | "finished";

/** How the guard ended, as it wrote it down. */
export interface GuardEnd {
  readonly outcome: Outcome;
  /** null when it ended well. */
  readonly code: ErrorCode | null;
  readonly message: string | null;
  readonly notes: readonly string[];
}

export interface GuardObserver {
  onState(state: GuardState, detail: string | null): void;
  onLog(line: string): void;
}
