// One machine through the pipeline of any deploy, under the guard: switch, boot, test and dry-activate of `flotilla rebuild`.
import { join } from "node:path";
import { deployHost } from "../deploy/deploy-host.ts";
import { deployRun } from "../deploy/deploy-run.ts";
import { Gates } from "../deploy/gates.ts";
import type { HostSession } from "../deploy/host-session.ts";
import { hostSteps } from "../deploy/host-steps.ts";
import type { StepSettings } from "../deploy/step-settings.ts";
import type { RunEvent } from "../domain/event.ts";
import { exitStatus, isSuccess } from "../domain/outcome.ts";
import type { StorePath } from "../domain/store-path.ts";
import { mainProfile } from "../fleet/fleet.ts";
import type { Host } from "../fleet/fleet.ts";
import { noOverrides } from "../fleet/host-overrides.ts";
import { everyHost } from "../fleet/selection.ts";
import { closureDifference } from "../nix/closure-difference.ts";
import { openGcRoots } from "../nix/gc-roots.ts";
import type { Nix } from "../nix/nix.ts";
import { buildBetween } from "../rebuild/build-between.ts";
import { differenceLines } from "../rebuild/difference-lines.ts";
import { machineTarget } from "../rebuild/machine.ts";
import { rebuildExitStatus } from "../rebuild/rebuild-exit-status.ts";
import { rebuildHost } from "../rebuild/rebuild-host.ts";
import type { RebuildOptions } from "../rebuild/rebuild-options.ts";
import { rebuildSteps } from "../rebuild/rebuild-steps.ts";
import type { Connection } from "../ssh/connection.ts";
import { thisMachine } from "../ssh/target.ts";
import { hostKnowledge } from "./host-knowledge.ts";
import { askWhereSudoAsks } from "./local-elevation.ts";
import { type ActivationOptions, findWanted } from "./rebuild-wanted.ts";
import { runServices, stamped } from "./run-stage.ts";
import type { RunStage } from "./run-stage.ts";
import type { Tools } from "./tools.ts";

export interface RebuildObserver {
  /** The system that the machine has now, where all went well. */
  readonly onSystem: (path: StorePath) => void;
  /** What --diff shows. */
  readonly onDifference: (lines: readonly string[]) => void;
}

/** Resolves with the program's exit status. */
export async function rebuildRun(
  options: ActivationOptions,
  stage: RunStage,
  directory: string,
  observer: RebuildObserver,
): Promise<number> {
  const { tools, interruption } = stage;
  const signal = interruption.halt;
  await rebuildPassword(options, tools, signal);
  warnOfWhatIsNotProven(options, stage);
  const nix = tools.nix(options.nix);
  const builder = await openBuilder(options, tools, signal);
  const wanted = await findWanted(options, tools, nix, directory, signal);
  let status: number = exitStatus.failure;
  const watched = watching(stage, (event) => {
    status = rebuildExitStatus(event);
    if (isSuccess(event.outcome) && event.system !== null) observer.onSystem(event.system);
  });
  const services = runServices(watched, nix);
  const gates = new Gates();
  const settings = await stepSettings(options, tools);
  const { close, steps } = hostSteps(settings, services, gates);
  const between = { goal: options.action, roots: settings.roots, substitute: settings.substitute };
  const built = builder === null ? steps : buildBetween(steps, { builder, ...between }, services);
  const ownSteps = rebuildSteps(built, {
    isBuilt: options.configuration.storePath !== null,
    generation: wanted.generation?.generation ?? null,
    rootOnly: options.elevate === "none",
    installBootloader: options.installBootloader,
    onCopied: async (host, session) => {
      if (options.diff) observer.onDifference(await difference(nix, host, session, signal));
    },
  });
  try {
    const run = await deployRun(
      {
        ...wanted.request,
        selection: everyHost,
        overrides: noOverrides,
        knowledge: hostKnowledge(tools, signal),
        useCache: true,
        evaluationWorkers: 1,
        goal: options.action,
        targetHost: options.targetHost ?? thisMachine,
        rollbackSucceeded: false,
      },
      { ...services, nix: { ...nix, evaluate: wanted.evaluate } },
      gates,
      (name, evaluation) => {
        const adjusted = evaluation.then((host) => rebuildHost(host, options, tools.environment));
        adjusted.catch(() => {});
        return deployHost(ownSteps, options.action, name, adjusted);
      },
      async (_name, _evaluation, done) => done,
    );
    return run === exitStatus.interrupted ? run : status;
  } finally {
    await close();
    await builder?.close();
    await wanted.close();
  }
}

/** As nixos-rebuild has it: units that had failed before are no obstacle, and the address that is given is the machine. */
async function stepSettings(options: ActivationOptions, tools: Tools): Promise<StepSettings> {
  const { action, buildHost, installBootloader, targetHost, useSubstitutes } = options;
  const roots = join(tools.stateDirectory, "gcroots", "rebuild");
  return {
    goal: action,
    limits: { connect: 1, copy: 1, activate: 1, build: null },
    targetHost: targetHost ?? thisMachine,
    // Another machine that builds is a matter of its own: build-between.ts.
    buildOn: buildHost !== null && buildHost === targetHost ? { kind: "target" } : { kind: "local" },
    substitute: useSubstitutes,
    checkSignatures: false,
    allowDegraded: true,
    acceptNewMachine: true,
    replaceUnknownProfiles: true,
    rollback: null,
    confirmTimeout: null,
    activationTimeout: null,
    keys: true,
    reboot: false,
    keepSucceeded: false,
    installBootloader,
    skipsSwitchChecks: tools.environment["NIXOS_NO_CHECK"] === "1",
    keepResult: false,
    rootNames: "own",
    roots: await openGcRoots(roots).then(
      () => roots,
      () => null,
    ),
  };
}

/** The machine that builds, where it is neither this one nor the target. */
function openBuilder(
  { buildHost, configuration, rollback, targetHost }: ActivationOptions,
  tools: Tools,
  signal: AbortSignal,
): Promise<Connection | null> {
  const isNeeded = buildHost !== null && buildHost !== targetHost && configuration.storePath === null && !rollback;
  return isNeeded ? tools.open([machineTarget(buildHost)], signal) : Promise.resolve(null);
}

/**
 * Asks for sudo's password, once: where that is wanted, and on this machine also where --sudo is and sudo would ask, as it
 * cannot do that itself from where we run it.
 */
export async function rebuildPassword(
  { askPassword, elevate, targetHost }: RebuildOptions,
  tools: Tools,
  signal: AbortSignal,
): Promise<void> {
  if (askPassword) return tools.askElevationPassword(targetHost ?? "this machine");
  if (elevate === "sudo" && targetHost === null) await askWhereSudoAsks(tools, signal);
}

function warnOfWhatIsNotProven({ action, targetHost }: ActivationOptions, { renderer, run, tools }: RunStage): void {
  const warn = (message: string): void => renderer.event(stamped(run, { type: "warning", message }));
  if (targetHost === null && (action === "switch" || action === "test")) {
    warn("this machine rebuilds itself: whether it can be reached from outside afterwards is not proven by that");
  }
  if ((tools.environment["NIXOS_REBUILD_NO_SYSTEMD_RUN"] ?? "") !== "") {
    warn("NIXOS_REBUILD_NO_SYSTEMD_RUN has no effect: the guard that can take the old system back is run by systemd");
  }
}

function watching(
  stage: RunStage,
  onFinished: (event: Extract<RunEvent, { type: "host-finished" }>) => void,
): RunStage {
  const { renderer } = stage;
  const event = (one: RunEvent): void => {
    if (one.type === "host-finished") onFinished(one);
    renderer.event(one);
  };
  return { ...stage, renderer: { ...renderer, event } };
}

async function difference(
  nix: Nix,
  host: Host,
  { connection, inspection: { currentSystem } }: HostSession,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { path } = mainProfile(host);
  const closure = (of: StorePath | null) => (of === null ? [] : nix.closure({ path: of, on: connection.nix, signal }));
  const [before, after] = await Promise.all([closure(currentSystem), closure(path)]);
  return differenceLines(currentSystem, path, closureDifference(before, after));
}
