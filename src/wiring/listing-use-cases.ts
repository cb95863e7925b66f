// The commands that list: hosts, status, history, generations, doctor, and what a deploy would do.
import type {
  DeployOptions,
  DoctorOptions,
  DoctorRow,
  GenerationRow,
  GenerationsOptions,
  HistoryOptions,
  HistoryRow,
  HostRow,
  Limits,
  Listing,
  ListOptions,
  PlanRow,
  StatusRow,
} from "../cli/use-cases.ts";
import { nixTrust } from "../checks/nix-trust.ts";
import { planHost, plannedChanges, planOfError, wishedOutcome } from "../deploy/plan-host.ts";
import { mainProfile } from "../fleet/fleet.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { runExitStatus } from "../domain/outcome.ts";
import type { Outcome } from "../domain/outcome.ts";
import { examineAbsent, examineHere, examineHost } from "../operate/doctor.ts";
import { eachHost } from "../operate/each-host.ts";
import { learnEnds } from "../operate/learn-ends.ts";
import { chosenProfile, profileGenerations } from "../operate/profile-generations.ts";
import { listHistory } from "../operate/list-history.ts";
import { existsSync } from "node:fs";
import { listHosts } from "../operate/list-hosts.ts";
import { statusHosts } from "../operate/status-hosts.ts";
import { visitHosts } from "../operate/visit-hosts.ts";
import { openFleet } from "./open-fleet.ts";
import { stamped } from "./run-stage.ts";
import { visit } from "./visit.ts";
import type { Viewpoint } from "./visit.ts";

export async function hosts(options: ListOptions, view: Viewpoint): Promise<Listing<HostRow>> {
  const { directory, onWarning, signal, tools } = view;
  const { nix, request } = await openFleet(options, options.limits.evaluate, tools, directory, signal);
  const rows = await listHosts(request, { nix, onWarning, signal });
  return { rows, exitStatus: rows.every(({ problem }) => problem === null) ? 0 : 1 };
}

export async function status(options: ListOptions, view: Viewpoint): Promise<Listing<StatusRow>> {
  const { signal, tools } = view;
  const { history } = tools;
  const { request, services } = await visit(view, options);
  const rows = await statusHosts(
    request,
    {
      ...services,
      learnEnds: (host, session) =>
        learnEnds(
          {
            guard: tools.guard(),
            history,
            record: (run, event) => history.record(stamped(run, event)),
            now: () => new Date(),
            signal,
          },
          host,
          session,
        ),
      lastRun: (host) => {
        const [last] = history.lastRuns(1, host);
        if (last === undefined) return null;
        const { finished, outcome } = last.hosts[0] ?? { finished: null, outcome: null };
        return { run: last.run, at: finished ?? last.started, outcome };
      },
    },
    options.limits.connect,
  );
  return { rows, exitStatus: runExitStatus(rows.flatMap(({ absence }) => seenAs(absence))) };
}

/** What a look at a host counts as: 0 all were seen, 4 none was reachable, 1 some were not seen. */
function seenAs(absence: StatusRow["absence"]): readonly Outcome[] {
  switch (absence) {
    case null:
      return ["unchanged"];
    case "unreachable":
      return ["unreachable"];
    case "not-evaluated":
      return ["failed"];
    case "not-deployed":
      return [];
  }
}

export function history({ host, limit }: HistoryOptions, { tools }: Viewpoint): Promise<Listing<HistoryRow>> {
  return Promise.resolve({ rows: listHistory(tools.history, limit, host), exitStatus: 0 });
}

export async function generations(options: GenerationsOptions, view: Viewpoint): Promise<Listing<GenerationRow>> {
  const limits: Limits = { evaluate: null, build: null, connect: 1, copy: 1, activate: 1 };
  const { request, services } = await visit(view, { ...options, on: options.host, limits });
  const [rows] = await visitHosts<readonly GenerationRow[]>(
    request,
    services,
    1,
    async (host, { connection }) => {
      const found = await profileGenerations(connection, chosenProfile(host, options.profile), view.signal);
      return found.map(({ path: _path, ...row }) => row);
    },
    (_host, error) => Promise.reject(error),
  );
  return { rows: rows ?? [], exitStatus: 0 };
}

export async function doctor(options: DoctorOptions, view: Viewpoint): Promise<Listing<DoctorRow>> {
  const { signal, tools } = view;
  const nix = tools.nix(options.nix);
  const { environment, runner, stateDirectory } = tools;
  const rows = [...(await examineHere({ runner, nix, environment, stateDirectory, signal }))];
  if (options.hosts.length > 0) {
    const limits: Limits = { evaluate: null, build: null, connect: 8, copy: 1, activate: 1 };
    const { request, services } = await visit(view, { ...options, on: options.hosts.join(","), limits });
    const found = await visitHosts<readonly DoctorRow[]>(
      request,
      services,
      limits.connect,
      async (host, session) => {
        const trust = await nixTrust(session.connection, signal);
        const trusted = trust === "unknown" ? null : trust === "yes";
        return examineHost(host, session, trusted, tools.history.lastKnown(host.name)?.machineId ?? null);
      },
      async (host, error) => examineAbsent(host, error),
    );
    rows.push(...found.flat());
  }
  return { rows, exitStatus: rows.some(({ state }) => state === "missing") ? 1 : 0 };
}

/** `deploy --dry-run`: evaluates, logs in, inspects and checks; builds, copies and changes nothing. */
export async function plan(options: DeployOptions, view: Viewpoint): Promise<Listing<PlanRow>> {
  const { goal, targetHost } = options;
  const { request, services } = await visit(view, options, targetHost);
  const rows =
    goal === "build"
      ? await eachHost<PlanRow>(request, services, async (name, evaluation) => {
          try {
            const host = await evaluation;
            const facts = {
              current: null,
              currentVersion: null,
              wanted: mainProfile(host).path,
              wantedVersion: host.version,
              wantedProfiles: host.profiles.map(({ path }) => path),
              changes: null,
            };
            return { host: name, foreseen: wishedOutcome(goal), ...facts, problem: null };
          } catch (error) {
            if (error instanceof FlotillaError) return planOfError(name, error);
            throw error;
          }
        })
      : await visitHosts<PlanRow>(
          request,
          services,
          options.limits.connect,
          async (host, session) => {
            const context = {
              run: null,
              knownMachineId: view.tools.history.lastKnown(host.name)?.machineId ?? null,
              acceptNewMachine: options.acceptNewMachine,
              allowDegraded: options.allowDegraded,
              replaceUnknownProfiles: options.replaceUnknownProfiles || host.deployment.replaceUnknownProfiles,
              isKnownHere: existsSync,
            };
            return planHost(
              goal,
              host,
              await services.examine(host, session),
              session,
              context,
              await plannedChanges(services.nix, host, session, view.signal),
            );
          },
          async (name, error, evaluation) =>
            planOfError(
              name,
              error,
              await evaluation.then(
                ({ deployment }) => deployment.offline,
                () => "fail",
              ),
            ),
        );
  // Skipped by their own settings: that is as asked.
  const counted = rows.filter(({ foreseen }) => foreseen !== "skipped");
  return { rows, exitStatus: runExitStatus(counted.map(({ foreseen }) => foreseen)) };
}
