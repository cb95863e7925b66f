// What the rest of the program knows of the guard: start it, follow it, confirm it, read how it ended.
// The guard itself is activation/guard/; activation/guard-client.ts speaks with it.
import type { Activator } from "../domain/activator.ts";
import type { GenerationNumber } from "../domain/generation-number.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { RunId } from "../domain/run-id.ts";
import type { StorePath } from "../domain/store-path.ts";
import type { HealthCheck } from "../fleet/deployment.ts";
import type { ErrorCode } from "../domain/error-codes.ts";

/** One profile of the transaction. */
export interface GuardProfile {
  /** "system", "home", … */
  readonly name: string;
  readonly activator: Activator;
  readonly path: StorePath;
  /** Whose profile it is; "root" for systems. */
  readonly user: string;
  /** The profile's link; null: where its activator has it, which is looked up on the target. */
  readonly profilePath: string | null;
  /** The generation of the profile that holds the path, where one is gone back to; null: a new one is made. */
  readonly generation: GenerationNumber | null;
  /** Of a NixOS system: the specialisation that runs in its place. The profile is set to the path all the same. */
  readonly specialisation: string | null;
}

/** What the guard is told, once, at its start. All durations in seconds. */
export interface GuardOrder {
  readonly run: RunId;
  readonly operator: string;
  /** `boot` is for nixos and deploy-rs profiles; `test` for those that can run without being what boots. */
  readonly goal: "switch" | "boot" | "test";
  /** In the order of their activation; one transaction over all of them. */
  readonly profiles: readonly [GuardProfile, ...GuardProfile[]];
  /** Of each profile. */
  readonly activationTimeout: number;
  readonly confirmTimeout: number;
  /** false: keep the new system whatever happens (rollback.enable = false). Unconfirmed it is still not what boots. */
  readonly rollback: boolean;
  readonly onFailedUnits: "rollback" | "ignore";
  /** A program of the first profile's closure; it is run before any change, and says no by failing. */
  readonly preActivate: string | null;
  /** Those that run on the target. */
  readonly healthChecks: readonly HealthCheck[];
  /** Has the boot loader itself written anew with the boot default (NIXOS_INSTALL_BOOTLOADER=1). */
  readonly installBootloader: boolean;
  /** Has the new system left out the checks of its own that come before a switch (NIXOS_NO_CHECK=1). */
  readonly skipsSwitchChecks?: boolean;
  /** Profiles that were activated before one failed stay as they are; false: they are taken back with it. */
  readonly keepSucceeded: boolean;
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
 * been disabled, or had there been something to go back to; for profiles that were kept though one after them failed; and
 * for a boot default that could not be set. Its notes say what runs, what boots and what was kept.
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
