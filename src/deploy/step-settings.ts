// What the operator says about a run, beside its hosts. null leaves it to each host's settings.
import type { Goal } from "../domain/goal.ts";
import type { RootNames } from "../nix/gc-roots.ts";

export type BuildOn =
  | { readonly kind: "local" }
  /** flake: from the flake and its inputs, which are sent; otherwise what is evaluated here. */
  | { readonly kind: "target"; readonly flake?: true }
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
  /** user@address:port instead of the configured one, for the single host that is selected. */
  readonly targetHost: string | null;
  readonly buildOn: BuildOn | null;
  /** Whether hosts fetch from their own substituters. */
  readonly substitute: boolean;
  /** Whether Nix looks at the signatures of what it copies to hosts. */
  readonly checkSignatures: boolean;
  /** File of a secret key: what is copied from here is signed with it. */
  readonly signingKey?: string;
  readonly allowDegraded: boolean;
  /** Deploy although the machine behind the name is another than last time. */
  readonly acceptNewMachine: boolean;
  /** Also where a host's settings say that a system which is not known here is not to be replaced. */
  readonly replaceUnknownProfiles: boolean;
  /** A program of the new closure that is run before any change; where it is not said, the host's own setting. */
  readonly preActivate?: string | null;
  /** false: keep the new system whatever happens. */
  readonly rollback: boolean | null;
  /** Seconds. */
  readonly confirmTimeout: number | null;
  /** Seconds. */
  readonly activationTimeout: number | null;
  /** false: no keys are sent. */
  readonly keys: boolean;
  /** Reboot each host once it is at its goal. */
  readonly reboot: boolean;
  /** Whether profiles of a host that were activated before one failed are kept; otherwise they are taken back with it. */
  readonly keepSucceeded: boolean;
  /** Have the boot loader itself written anew. */
  readonly installBootloader: boolean;
  /** Have the new system leave out its own checks before a switch (NIXOS_NO_CHECK). */
  readonly skipsSwitchChecks?: boolean;
  /** Directory for gc roots of what is built here; null: none. */
  readonly roots: string | null;
  readonly rootNames: RootNames;
  /** Build and root also what a host runs already, as the operator asked for the roots. */
  readonly keepResult: boolean;
}
