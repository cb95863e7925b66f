// What runs where, seen just now, beside what the configuration says. A run that lost contact learns its end here.
import type { FlotillaError } from "../domain/flotilla-error.ts";
import type { GenerationNumber } from "../domain/generation-number.ts";
import type { HostName } from "../domain/host-name.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { RunId } from "../domain/run-id.ts";
import type { HostSteps } from "../deploy/deploy-host.ts";
import type { HostSession } from "../deploy/host-session.ts";
import { lacksNixos } from "../checks/refusals.ts";
import { mainProfile } from "../fleet/fleet.ts";
import type { Host } from "../fleet/fleet.ts";
import type { FleetRequest } from "../fleet/read-fleet.ts";
import { visitHosts } from "./visit-hosts.ts";
import type { VisitServices } from "./visit-hosts.ts";

/** The newest run that touched a host, as the history knows it. */
export interface LastRun {
  readonly run: RunId;
  /** ISO 8601. */
  readonly at: string | null;
  readonly outcome: Outcome | null;
}

export interface StatusRow {
  readonly host: HostName;
  readonly reachable: boolean;
  /** Why it was not seen; null where it was. */
  readonly absence: "unreachable" | "not-evaluated" | "not-deployed" | null;
  /** systemctl is-system-running: running, degraded, …; null where not known. */
  readonly state: string | null;
  readonly failedUnits: readonly string[];
  /** The store path that runs. */
  readonly system: string | null;
  /** The one that the configuration describes; null where it does not evaluate. */
  readonly configured: string | null;
  /** Whether all that the configuration describes runs: each profile of the host. null where that is not known. */
  readonly runsConfigured: boolean | null;
  /** What the profile holds, and so what boots next. */
  readonly bootDefault: string | null;
  readonly version: string | null;
  readonly generation: GenerationNumber | null;
  readonly kernel: string | null;
  readonly needsReboot: boolean;
  readonly lastRun: LastRun | null;
  readonly problem: string | null;
}

export interface StatusServices extends VisitServices {
  /** Asks the host how runs ended that nobody saw the end of, and has the history learn it. */
  readonly learnEnds: (host: HostName, session: HostSession) => Promise<void>;
  readonly lastRun: (host: HostName) => LastRun | null;
  readonly examine: HostSteps["examine"];
}

export function statusHosts(
  request: FleetRequest,
  services: StatusServices,
  parallel: number,
): Promise<readonly StatusRow[]> {
  const { examine, lastRun, learnEnds } = services;
  return visitHosts<StatusRow>(
    request,
    services,
    parallel,
    async (host, session) => {
      const { name } = host;
      await learnEnds(name, session);
      const standings = await examine(host, session);
      const runsConfigured = standings.every(({ runs }) => runs);
      return { ...rowOf(host, session, lastRun(name)), configured: mainProfile(host).path, runsConfigured };
    },
    async (name, error) => absentRow(name, error, lastRun(name)),
  );
}

function rowOf(
  host: Host,
  { inspection }: HostSession,
  lastRun: LastRun | null,
): Omit<StatusRow, "configured" | "runsConfigured"> {
  const { currentSystem, currentVersion, failedUnits, kernel, needsReboot, state } = inspection;
  const { profileGeneration, profileSystem } = inspection;
  return {
    host: host.name,
    reachable: true,
    absence: null,
    state,
    failedUnits,
    system: currentSystem,
    bootDefault: profileSystem,
    version: currentVersion,
    generation: profileGeneration,
    kernel,
    needsReboot,
    lastRun,
    problem: lacksNixos(host, inspection) ? "this is no NixOS" : null,
  };
}

function absenceOf({ code, step }: FlotillaError): StatusRow["absence"] {
  if (code === "E_NOT_DEPLOYED") return "not-deployed";
  return step === "evaluate" ? "not-evaluated" : "unreachable";
}

function absentRow(host: HostName, error: FlotillaError, lastRun: LastRun | null): StatusRow {
  return {
    host,
    reachable: false,
    absence: absenceOf(error),
    state: null,
    failedUnits: [],
    system: null,
    configured: null,
    runsConfigured: null,
    bootDefault: null,
    version: null,
    generation: null,
    kernel: null,
    needsReboot: false,
    lastRun,
    problem: `${error.code}: ${error.message}`,
  };
}
