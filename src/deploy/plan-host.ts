// What a goal would do to a host, found out without building, copying or changing anything (`--dry-run`).
import { existsSync } from "node:fs";
import { changeRefusals, identityRefusals } from "../checks/refusals.ts";
import type { RefusalContext } from "../checks/refusals.ts";
import type { FlotillaError } from "../domain/flotilla-error.ts";
import type { Goal } from "../domain/goal.ts";
import type { HostName } from "../domain/host-name.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { StorePath } from "../domain/store-path.ts";
import { mainProfile } from "../fleet/fleet.ts";
import type { Host } from "../fleet/fleet.ts";
import { closureDifference } from "../nix/closure-difference.ts";
import type { Nix } from "../nix/nix.ts";
import type { PackageChange } from "../nix/closure-difference.ts";
import { isSettled } from "./deploy-host.ts";
import type { HostSession } from "./host-session.ts";
import { outcomeOfError } from "./outcome-of-error.ts";
import type { Standing } from "./standing.ts";

export interface PlanRow {
  readonly host: HostName;
  /** How the host would end, as far as it can be foreseen. */
  readonly foreseen: Outcome;
  readonly current: StorePath | null;
  readonly currentVersion: string | null;
  readonly wanted: StorePath | null;
  readonly wantedVersion: string | null;
  /** What each of its profiles is to hold, in their order; none where the host does not evaluate. */
  readonly wantedProfiles: readonly StorePath[];
  /** What changes between the two, package by package; null where the wanted system is not built yet. */
  readonly changes: readonly PackageChange[] | null;
  /** Why it would not be changed; null where nothing is in the way. */
  readonly problem: { readonly code: string; readonly message: string; readonly hint: string | null } | null;
}

/** The plan for a host that was reached. */
export function planHost(
  goal: Exclude<Goal, "build">,
  host: Host,
  standings: readonly Standing[],
  { inspection }: HostSession,
  context: Omit<RefusalContext, "neededBytes">,
  changes: readonly PackageChange[] | null,
): PlanRow {
  const facts = {
    changes,
    host: host.name,
    current: inspection.currentSystem,
    currentVersion: inspection.currentVersion,
    wanted: mainProfile(host).path,
    wantedVersion: host.version,
    wantedProfiles: host.profiles.map(({ path }) => path),
  };
  const settled = isSettled(goal, standings);
  const [refusal] = [
    ...identityRefusals(host, inspection, context),
    ...(settled ? [] : changeRefusals(host, inspection, context)),
  ];
  if (refusal !== undefined) return { ...facts, foreseen: "refused", problem: problemOf(refusal) };
  return { ...facts, foreseen: settled ? "unchanged" : wishedOutcome(goal), problem: null };
}

/** What the wanted system changes on the host, where it is in the store here. */
export async function plannedChanges(
  nix: Pick<Nix, "closure">,
  host: Host,
  { connection, inspection: { currentSystem } }: HostSession,
  signal: AbortSignal,
): Promise<readonly PackageChange[] | null> {
  const { path } = mainProfile(host);
  if (currentSystem === path) return [];
  if (!existsSync(path)) return null;
  const [before, after] = await Promise.all([
    currentSystem === null ? [] : nix.closure({ path: currentSystem, on: connection.nix, signal }),
    nix.closure({ path, on: null, signal }),
  ]);
  return closureDifference(before, after);
}

/** The plan for a host that does not evaluate or was not reached; `offline`: what its settings say of the latter. */
export function planOfError(host: HostName, error: FlotillaError, offline: "fail" | "skip" = "fail"): PlanRow {
  const outcome = outcomeOfError(error);
  return {
    host,
    foreseen: outcome === "unreachable" && offline === "skip" ? "skipped" : outcome,
    current: null,
    currentVersion: null,
    wanted: null,
    wantedVersion: null,
    wantedProfiles: [],
    changes: null,
    problem: problemOf(error),
  };
}

/** How a host ends for which this goal goes well. */
export function wishedOutcome(goal: Goal): Outcome {
  switch (goal) {
    case "build":
      return "built";
    case "push":
    case "dry-activate":
    case "keys":
      return "pushed";
    case "switch":
      return "deployed";
    case "boot":
      return "staged";
    case "test":
      return "tested";
  }
}

const problemOf = ({ code, hint, message }: FlotillaError): PlanRow["problem"] => ({
  code,
  message,
  hint: hint ?? null,
});
