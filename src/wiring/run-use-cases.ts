// The commands that are runs: deploy, rollback, attach. Each plays on a stage and ends with an exit status.
import type { AttachOptions, DeployOptions, RollbackOptions } from "../cli/use-cases.ts";
import { deployHost } from "../deploy/deploy-host.ts";
import { deployRun } from "../deploy/deploy-run.ts";
import type { DeployOne } from "../deploy/deploy-run.ts";
import { Gates } from "../deploy/gates.ts";
import { hostSteps } from "../deploy/host-steps.ts";
import type { HostSteps } from "../deploy/deploy-host.ts";
import type { StepSettings } from "../deploy/step-settings.ts";
import { systemClock } from "./system-clock.ts";
import { checkApplyAll } from "../fleet/fleet-settings.ts";
import type { Host } from "../fleet/fleet.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { RunEvent } from "../domain/event.ts";
import type { RunRecord } from "../history/history.ts";
import { inspectAsRoot } from "../checks/inspect-as-root.ts";
import { parseInspection } from "../checks/inspection.ts";
import { attachRun } from "../operate/attach-run.ts";
import { undoHost } from "../operate/undo-host.ts";
import { archiveFlake } from "../nix/archive-flake.ts";
import type { LockedFlake } from "../nix/fleet-source.ts";
import { buildFromFlake } from "../rebuild/build-from-flake.ts";
import type { Connection } from "../ssh/connection.ts";
import { rollbackHost } from "../operate/rollback-host.ts";
import type { FleetOptions, Limits } from "../cli/use-cases.ts";
import { asApproved } from "./as-approved.ts";
import { openFleet } from "./open-fleet.ts";
import { rootsOfRun } from "./roots-of-run.ts";
import { runServices, stamped } from "./run-stage.ts";
import type { RunStage } from "./run-stage.ts";
import { signingKey } from "./signing-key.ts";

/** What a rollback has no word on: nothing is evaluated for its system, built or copied, and no key goes with it. */
const asConfigured = {
  goal: "switch",
  targetHost: null,
  buildOn: null,
  resultPath: null,
  keepResult: false,
  substitute: true,
  checkSignatures: false,
  acceptNewMachine: false,
  rollback: null,
  activationTimeout: null,
  keys: false,
  reboot: false,
  keepSucceeded: false,
  installBootloader: false,
  replaceUnknownProfiles: true,
  rollbackSucceeded: false,
} as const;

/** @param accept the host, or a rejection where this run is not to touch it */
export async function deploy(
  options: DeployOptions,
  stage: RunStage,
  directory: string,
  accept = (evaluation: Promise<Host>): Promise<Host> => asApproved(options.approved, evaluation),
): Promise<number> {
  return run(
    options,
    options,
    stage,
    directory,
    (steps) => (name, evaluation) => deployHost(steps, options.goal, name, accept(evaluation)),
  );
}

export async function rollback(options: RollbackOptions, stage: RunStage, directory: string): Promise<number> {
  const settings = { ...asConfigured, ...options };
  return run(
    options,
    settings,
    stage,
    directory,
    (steps) => (name, evaluation) => rollbackHost(steps, options, name, evaluation),
  );
}

async function run(
  fleet: FleetOptions & { readonly limits: Limits },
  settings: Omit<StepSettings, "roots" | "rootNames"> & Pick<DeployOptions, "resultPath" | "rollbackSucceeded">,
  stage: RunStage,
  directory: string,
  deployWith: (steps: HostSteps) => DeployOne,
): Promise<number> {
  const { interruption, tools } = stage;
  const opened = await openFleet(fleet, fleet.limits.evaluate, tools, directory, interruption.halt);
  const { nix, request } = opened;
  checkApplyAll(opened.settings, settings.goal, request.selection.alternatives.length === 0);
  if ((fleet.askSudoPassword ?? opened.settings.interactiveSudo) && settings.goal !== "build")
    await tools.askElevationPassword();
  const services = runServices(stage, nix);
  const kept = await rootsOfRun(settings, request, {
    directory,
    state: tools.stateDirectory,
    warn: (message) => stage.renderer.event(stamped(stage.run, { type: "warning", message })),
  });
  const gates = new Gates();
  const key = signingKey(tools.environment, request.outline, directory);
  const signed = key === undefined ? {} : { signingKey: key };
  const { close, steps: usual } = hostSteps({ ...settings, ...kept, ...signed }, services, gates);
  const archive = (flake: LockedFlake, { nix: store }: Connection, signal: AbortSignal): Promise<string> =>
    archiveFlake(tools.runner, fleet.nix, { flake, ...store, signal });
  const evaluatesThere = settings.buildOn?.kind === "target" && settings.buildOn.flake === true;
  const steps = evaluatesThere
    ? buildFromFlake(usual, { goal: settings.goal, source: request.source, archive }, services)
    : usual;
  try {
    return await deployRun(
      {
        ...request,
        goal: settings.goal,
        targetHost: settings.targetHost,
        rollbackSucceeded: settings.rollbackSucceeded,
      },
      services,
      gates,
      deployWith(steps),
      undoHost(steps, settings.goal),
    );
  } finally {
    await close();
  }
}

/** What the history does not know yet: the end of a host that nobody saw the end of. The rest was told before. */
function isNews(event: RunEvent, { hosts }: RunRecord): boolean {
  if (event.type !== "host-finished") return false;
  const known = hosts.find(({ host }) => host === event.host)?.outcome ?? null;
  return known === null || known === "lost-contact";
}

export async function attach({ askSudoPassword, host, run: id }: AttachOptions, stage: RunStage): Promise<number> {
  const { interruption, tools } = stage;
  const { history } = tools;
  const record = history.run(id);
  const hosts = host === null ? record.hosts : record.hosts.filter((other) => other.host === host);
  if (hosts.length === 0) {
    throw new FlotillaError("E_SELECTION", `run ${record.run} had no host ${host}`, {
      hint: `it had ${record.hosts.map((other) => other.host).join(", ")}`,
    });
  }
  if (askSudoPassword) await tools.askElevationPassword();
  return attachRun(record, hosts, {
    guard: tools.guard(),
    logIn: async (targets) => {
      const opened = await tools.logIn(targets, interruption.leave);
      const seen = parseInspection(opened.firstOutput);
      // One that still starts is followed all the same.
      const inspection = await inspectAsRoot(opened.connection, seen, interruption.leave);
      return { connection: opened.connection.withElevation(inspection.elevation), inspection };
    },
    lastLogin: (one) => one.login ?? history.lastKnown(one.host),
    emit: (body) => {
      const event = stamped(record.run, body);
      stage.renderer.event(event);
      if (isNews(event, record)) history.record(event);
    },
    clock: systemClock,
    signal: interruption.leave,
  });
}
