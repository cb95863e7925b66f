// What forbids an install before anything is touched, found in the facts alone.
import type { HostInstallation } from "./host-installation.ts";
import type { InstallOptions } from "./install-options.ts";
import type { MachineFacts } from "./machine-facts.ts";

/** What stands in the way, or what to know, and what to do about it. */
export interface Remark {
  readonly message: string;
  readonly hint: string;
}

export interface Preflight {
  /** Not empty: nothing may be touched (E_NOT_INSTALLABLE). */
  readonly refusals: readonly Remark[];
  readonly warnings: readonly Remark[];
}

export type PreflightOptions = Pick<InstallOptions, "phases" | "kexec" | "forceKexec">;

/** Compares the machine with what is to be installed on it. What its disks say is the disk plan's matter. */
export function preflight(
  _facts: MachineFacts,
  _installation: HostInstallation | null,
  _options: PreflightOptions,
): Preflight {
  return { refusals: [], warnings: [] };
}
