// What a host says of itself, asked once in one script (checks/inspect.sh), right at the login.
import type { GenerationNumber } from "../domain/generation-number.ts";
import type { StorePath } from "../domain/store-path.ts";

export interface Inspection {
  readonly isNixos: boolean;
  /** uname -m and -s as a Nix platform, e.g. aarch64-linux. */
  readonly system: string;
  readonly hostname: string;
  readonly machineId: string;
  readonly bootId: string;
  readonly kernel: string;
  /** What runs, what booted, what the profile points at; null where there is none. */
  readonly currentSystem: StorePath | null;
  readonly bootedSystem: StorePath | null;
  readonly profileSystem: StorePath | null;
  readonly profileGeneration: GenerationNumber | null;
  readonly currentVersion: string | null;
  /** systemctl is-system-running: running, degraded, starting, … */
  readonly state: string;
  readonly failedUnits: readonly string[];
  readonly freeBytes: { readonly nix: number | null; readonly boot: number | null };
  /** How the login user becomes root: [] is root already; null: it cannot without a password. */
  readonly elevation: readonly string[] | null;
  /** Another run's hold on the host, if any. */
  readonly lock: { readonly run: string; readonly operator: string; readonly since: string } | null;
  /** The newest run whose guard left a record here; how `status` learns the end of what nobody saw. */
  readonly lastRun: {
    readonly run: string;
    readonly state: string;
    readonly outcome: string | null;
    readonly system: string | null;
  } | null;
  readonly needsReboot: boolean;
}
