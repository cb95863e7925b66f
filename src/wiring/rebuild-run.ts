// One machine through the pipeline of any deploy, under the guard: switch, boot, test and dry-activate of `flotilla rebuild`.
import { existsSync, realpathSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { deployHost } from "../deploy/deploy-host.ts";
import { deployRun } from "../deploy/deploy-run.ts";
import { Gates } from "../deploy/gates.ts";
import type { HostSession } from "../deploy/host-session.ts";
import { hostSteps } from "../deploy/host-steps.ts";
import type { StepSettings } from "../deploy/step-settings.ts";
import type { RunEvent } from "../domain/event.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { exitStatus, isSuccess } from "../domain/outcome.ts";
import { StorePath } from "../domain/store-path.ts";
import { mainProfile } from "../fleet/fleet.ts";
import type { Host } from "../fleet/fleet.ts";
import { didYouMean } from "../fleet/nearest-name.ts";
import type { FleetRequest } from "../fleet/read-fleet.ts";
import { everyHost } from "../fleet/selection.ts";
import { closureDifference } from "../nix/closure-difference.ts";
import { openGcRoots } from "../nix/gc-roots.ts";
import type { Nix } from "../nix/nix.ts";
import { type Generation, listGenerations } from "../operate/list-generations.ts";
import { chooseGeneration } from "../operate/rollback-host.ts";
import { differenceLines } from "../rebuild/difference-lines.ts";
import { findConfiguration } from "../rebuild/find-configuration.ts";
import { knownSystem } from "../rebuild/known-system.ts";
import { askMachine, configurationName, type Machine, machineTarget } from "../rebuild/machine.ts";
import { prepareConfiguration } from "../rebuild/prepare-configuration.ts";
import { rebuildExitStatus } from "../rebuild/rebuild-exit-status.ts";
import { profileLink, rebuildHost } from "../rebuild/rebuild-host.ts";
import type { Activation, RebuildOptions } from "../rebuild/rebuild-options.ts";
import { rebuildSteps } from "../rebuild/rebuild-steps.ts";
import { upgradeChannels } from "../rebuild/upgrade-channels.ts";
import type { Connection } from "../ssh/connection.ts";
import { thisMachine } from "../ssh/target.ts";
import { hostKnowledge } from "./host-knowledge.ts";
import { inspect } from "./inspect.ts";
import { runServices, stamped } from "./run-stage.ts";
import type { RunStage } from "./run-stage.ts";
import type { Tools } from "./tools.ts";

export interface ActivationOptions extends RebuildOptions {
  readonly action: Activation;
}

/** What is brought to the machine, and how it is read. */
interface Wanted {
  readonly request: Omit<FleetRequest, "knowledge" | "selection" | "useCache" | "evaluationWorkers">;
  readonly evaluate: Nix["evaluate"];
  readonly generation: Generation | null;
  readonly close: () => Promise<void>;
}

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
  const wanted = await findWanted(options, tools, nix, directory, signal);
  let status: number = exitStatus.failure;
  const watched = watching(stage, (event) => {
    status = rebuildExitStatus(event);
    if (isSuccess(event.outcome) && event.system !== null) observer.onSystem(event.system);
  });
  const services = runServices(watched, nix);
  const gates = new Gates();
  const { close, steps } = hostSteps(await stepSettings(options, tools), services, gates);
  const ownSteps = rebuildSteps(steps, {
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
        knowledge: hostKnowledge(tools, signal),
        useCache: true,
        evaluationWorkers: 1,
        goal: options.action,
        targetHost: options.targetHost ?? thisMachine,
        rollbackSucceeded: false,
      },
      { ...services, nix: { evaluate: wanted.evaluate } },
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
    await wanted.close();
  }
}

/** As nixos-rebuild has it: units that had failed before are no obstacle, and the address that is given is the machine. */
async function stepSettings(options: ActivationOptions, tools: Tools): Promise<StepSettings> {
  const { action, buildHost, installBootloader, targetHost, useSubstitutes } = options;
  const roots = join(tools.stateDirectory, "gcroots", "rebuild");
  const isSame = buildHost !== null && buildHost === targetHost;
  return {
    goal: action,
    limits: { connect: 1, copy: 1, activate: 1, build: null },
    targetHost: targetHost ?? thisMachine,
    buildOn: buildHost === null ? { kind: "local" } : isSame ? { kind: "target" } : { kind: "host", host: buildHost },
    substitute: useSubstitutes,
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
    roots: await openGcRoots(roots).then(
      () => roots,
      () => null,
    ),
  };
}

async function findWanted(
  options: ActivationOptions,
  tools: Tools,
  nix: Nix,
  directory: string,
  signal: AbortSignal,
): Promise<Wanted> {
  const { configuration, profileName, rollback, targetHost, upgrade } = options;
  const { environment } = tools;
  const ask = async <Answer>(question: (connection: Connection) => Promise<Answer>): Promise<Answer> => {
    const connection = await tools.open([machineTarget(targetHost)], signal);
    try {
      return await question(connection);
    } finally {
      await connection.close();
    }
  };
  const known = async (path: StorePath, machine: Machine, generation: Generation | null): Promise<Wanted> => {
    const { nix, ...request } = knownSystem(configurationName(machine.hostname), path);
    return { request, evaluate: nix.evaluate, generation, close: async () => {} };
  };
  if (rollback) {
    return ask(async (connection) => {
      const machine = await askMachine(connection, signal);
      const generation = await generationBefore(connection, profileName, signal);
      return known(generation.path, machine, generation);
    });
  }
  if (configuration.storePath !== null) {
    const path = builtSystem(configuration.storePath);
    return known(path, await ask((connection) => askMachine(connection, signal)), null);
  }
  if (upgrade !== "none") await upgradeThisMachine(upgrade, tools, signal);
  const isDarwin = targetHost === null && process.platform === "darwin";
  const found = findConfiguration(configuration, {
    directory,
    environment,
    exists: existsSync,
    realPath: realpathSync,
    isDarwin,
  });
  const machine = await ask((connection) => askMachine(connection, signal));
  const given = found.kind === "flake" ? found.name : null;
  const name = configurationName(given ?? (machine.hostname || "default"));
  const prepared = await prepareConfiguration(found, machine.form, name, nix, signal);
  const { source } = prepared;
  try {
    const outline = await nix.outline({ source, form: machine.form, useCache: true, signal });
    const members = outline.members.filter((member) => member.name === name);
    if (members.length > 0) {
      const request = { source, outline: { ...outline, members, ignoredNames: [] } };
      return { request, evaluate: (wish) => nix.evaluate(wish), generation: null, close: prepared.close };
    }
    const names = outline.members.map((member) => member.name);
    throw new FlotillaError("E_SELECTION", `${source.reference} has no ${machine.form}."${name}"`, {
      hint: didYouMean(name, names) ?? `it has ${names.join(", ")}; name one: --flake REF#NAME`,
    });
  } catch (error) {
    await prepared.close();
    throw error;
  }
}

function builtSystem(text: string): StorePath {
  const path = existsSync(text) ? realpathSync(text) : text;
  const parsed = StorePath.safeParse(path);
  if (parsed.success && existsSync(join(path, "nixos-version"))) return parsed.data;
  throw new FlotillaError("E_USAGE", `--store-path ${text} is no system in the store here`, {
    hint: "it is what `flotilla rebuild build` prints",
  });
}

/** The generation before the current one of a profile. @throws FlotillaError E_NO_SUCH_GENERATION */
export async function generationBefore(
  connection: Connection,
  profileName: string,
  signal: AbortSignal,
): Promise<Generation> {
  const generations = await listGenerations(connection, profileLink(profileName), signal);
  const current = generations.find((generation) => generation.current)?.path ?? null;
  return chooseGeneration(connection.target.host, generations, current, null);
}

export async function upgradeThisMachine(which: "nixos" | "all", tools: Tools, signal: AbortSignal): Promise<void> {
  const opened = await tools.logIn([machineTarget(null)], signal);
  const { elevation } = await inspect(opened, signal);
  await upgradeChannels(opened.connection.withElevation(elevation), which, signal);
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
  if (!askPassword && (elevate !== "sudo" || targetHost !== null || !(await sudoAsks(tools, signal)))) return;
  await tools.askElevationPassword(targetHost ?? userInfo().username);
}

/** Whether sudo would ask here: then it is we who ask. */
async function sudoAsks(tools: Tools, signal: AbortSignal): Promise<boolean> {
  if (userInfo().uid === 0) return false;
  const { exitCode } = await tools.runner.run({ file: "sudo", args: ["-n", "true"], deadline: 20_000 }, { signal });
  return exitCode !== 0;
}

function warnOfWhatIsNotProven({ action, targetHost }: ActivationOptions, { renderer, run, tools }: RunStage): void {
  const warn = (message: string): void => renderer.event(stamped(run, { type: "warning", message }));
  if (targetHost === null && (action === "switch" || action === "test")) {
    warn("this machine rebuilds itself: whether it can be reached from outside afterwards is not proven by that");
  }
  for (const variable of ["NIXOS_NO_CHECK", "NIXOS_REBUILD_NO_SYSTEMD_RUN"]) {
    const value = tools.environment[variable] ?? "";
    if (value !== "") warn(`${variable} has no effect: pre-switch checks are made, and systemd runs the activation`);
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
  return { ...stage, renderer: { event, finish: () => renderer.finish() } };
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
