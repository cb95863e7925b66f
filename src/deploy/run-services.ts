// What a run needs of the other rooms. main.ts puts the real ones in; tests of the pipeline put in small fakes.
import type { GuardProfile } from "../activation/guard.ts";
import type { ProfileState } from "../activation/profile-states.ts";
import type { Inspection } from "../checks/inspection.ts";
import type { Emit } from "../domain/event.ts";
import type { HostName } from "../domain/host-name.ts";
import type { RunId } from "../domain/run-id.ts";
import type { HealthCheck } from "../fleet/deployment.ts";
import type { Nix } from "../nix/nix.ts";
import type { KeyContents } from "../secrets/key-contents.ts";
import type { Connection, OpenedConnection } from "../ssh/connection.ts";
import type { Target } from "../ssh/target.ts";
import type { RunClock } from "./run-clock.ts";
import type { GuardVerbs } from "./supervise-activation.ts";

/** What the history remembers of a host. */
export interface HostMemory {
  readonly address: string;
  readonly port: number | null;
  readonly user: string | null;
  readonly machineId: string | null;
}

/** The two ways out that an operator has: once to start nothing new, twice to leave at once. */
export interface Interruption {
  readonly halt: AbortSignal;
  readonly leave: AbortSignal;
}

export interface RunServices {
  readonly run: RunId;
  /** user@machine of the operator. */
  readonly operator: string;
  readonly nix: Nix;
  readonly guard: GuardVerbs;
  /** A fresh login to the first target that answers, asking for an inspection in the same breath. */
  readonly logIn: (targets: readonly Target[], signal: AbortSignal) => Promise<OpenedConnection>;
  /** A fresh login and nothing else: what proves that a host can be reached. */
  readonly open: (targets: readonly Target[], signal: AbortSignal) => Promise<Connection>;
  /** The port that a login goes to, by the operator's own configuration of ssh too. */
  readonly configuredPort: (target: Target) => Promise<number>;
  /** What the host said at the login; a host that still starts is given time. */
  readonly inspect: (opened: OpenedConnection, signal: AbortSignal) => Promise<Inspection>;
  /** Asks the host itself; for profiles that the inspection does not see. */
  readonly profileStates: (
    connection: Connection,
    profiles: readonly GuardProfile[],
    signal: AbortSignal,
  ) => Promise<readonly ProfileState[]>;
  readonly remember: (host: HostName) => HostMemory | null;
  /** Carries out the health checks that look from here; rejects with E_HEALTH. */
  readonly checkHealth: (checks: readonly HealthCheck[], signal: AbortSignal) => Promise<void>;
  /** What is in keys, read once a run. */
  readonly keys: KeyContents;
  readonly emit: Emit;
  readonly clock: RunClock;
  readonly interruption: Interruption;
}
