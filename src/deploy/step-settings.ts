// What the operator says about a run, beside its hosts. null leaves it to each host's settings.
import type { Goal } from "../domain/goal.ts";

export type BuildOn =
  | { readonly kind: "local" }
  | { readonly kind: "target" }
  /** An ssh address or alias. */
  | { readonly kind: "host"; readonly host: string };

export interface StepSettings {
  readonly goal: Goal;
  readonly limits: {
    readonly connect: number;
    readonly copy: number;
    readonly activate: number;
    readonly build: number | null;
  };
  /** user@address:port, the only way to the single host of the run. */
  readonly targetHost: string | null;
  readonly buildOn: BuildOn | null;
  /** Whether hosts fetch from their own substituters. */
  readonly substitute: boolean;
  readonly allowDegraded: boolean;
  readonly acceptNewMachine: boolean;
  readonly rollback: boolean | null;
  /** Seconds. */
  readonly confirmTimeout: number | null;
  /** Directory for gc roots of what is built here; null: none. */
  readonly roots: string | null;
}
