// What was deployed where, by whom, when: what the history is told and what it answers. history/open-history.ts makes one.
import type { RunEvent } from "../domain/event.ts";
import type { RunGoal } from "../domain/goal.ts";
import type { HostName } from "../domain/host-name.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { Phase } from "../domain/phase.ts";
import type { RunId } from "../domain/run-id.ts";
import type { StorePath } from "../domain/store-path.ts";

/** One host of one run. */
export interface HostRecord {
  readonly host: HostName;
  /** null while it is under way, and for good when the run was killed. */
  readonly outcome: Outcome | null;
  /** The error's code and message, where it ended other than asked. */
  readonly reason: { readonly code: string; readonly message: string } | null;
  /** What was asked for, and what ran before. */
  readonly system: StorePath | null;
  readonly previous: StorePath | null;
  readonly version: string | null;
  readonly previousVersion: string | null;
  readonly seconds: number | null;
  /** Seconds of each phase that ended. */
  readonly phases: Readonly<Partial<Record<Phase, number>>>;
  /** The login that worked, once the machine was accepted as this host. */
  readonly login: Login | null;
  /** ISO 8601. */
  readonly finished: string | null;
}

/** Where a machine answered, and which it was. */
export interface Login {
  readonly address: string;
  readonly port: number | null;
  readonly user: string | null;
  readonly machineId: string | null;
}

export interface RunRecord {
  readonly run: RunId;
  readonly goal: RunGoal;
  readonly flake: string;
  readonly revision: string | null;
  readonly operator: string;
  /** ISO 8601. */
  readonly started: string;
  readonly finished: string | null;
  readonly exitStatus: number | null;
  readonly hosts: readonly HostRecord[];
}

/** What is remembered of a host from the last time it was reached. */
export interface KnownHost extends Login {
  /** The system that was last seen running there. */
  readonly system: StorePath | null;
}

/** A host that nobody saw the end of: its run was killed, or lost contact while the guard decided. */
export interface UnfinishedHost {
  readonly run: RunId;
  readonly host: HostName;
  readonly started: string;
  readonly outcome: "lost-contact" | null;
}

export interface History {
  /**
   * Takes note of an event. Never throws: a deploy goes on when its history cannot be written; the first failure is
   * reported through `onFailure`. Recording the same event twice changes nothing.
   */
  record(event: RunEvent): void;
  /** The newest runs first; with a host only the runs that had it, each with that host alone. */
  lastRuns(limit: number, host?: HostName): readonly RunRecord[];
  /** A run by its id or a prefix that no other run has. Throws E_NO_SUCH_RUN. */
  run(idOrPrefix: string): RunRecord;
  lastKnown(host: HostName): KnownHost | null;
  /** The newest first. */
  unfinished(): readonly UnfinishedHost[];
  close(): void;
}
