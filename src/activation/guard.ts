// What the rest of the program knows of the guard: start it, follow it, confirm it, read how it ended.
// The guard itself is activation/guard.sh; activation/guard-client.ts speaks with it.
import type { GenerationNumber } from "../domain/generation-number.ts";
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
  /** The generation of the profile that holds the system, where one is gone back to; otherwise a new one is made. */
  readonly generation?: GenerationNumber | null;
  readonly activationTimeout: number;
  readonly confirmTimeout: number;
  /** false: keep the new system whatever happens (rollback.enable = false). Unconfirmed it is still not what boots. */
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

/**
 * How the guard ended, as it wrote it down. `failed` also stands for what would have been rolled back, had rollback not
 * been disabled, and for a boot default that could not be set: its notes say what runs and what boots.
 */
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
