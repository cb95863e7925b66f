// Before anything is touched: what is to be installed, what the machine is, and what would become of its disks.
import type { DiskPlan } from "../disk/disk-plan.ts";
import { verifyDisks } from "../disk/verify-disks.ts";
import type { Secret } from "../domain/secret.ts";
import { inPhase, type Limit, unlimited } from "../deploy/in-phase.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import type { Connection } from "../ssh/connection.ts";
import type { Target } from "../ssh/target.ts";
import { checkOperatorFiles } from "./check-operator-files.ts";
import { earlyTarget, firstTargets, type LoginWords, pinnedKey } from "./first-targets.ts";
import type { HostInstallation } from "./host-installation.ts";
import type { InstallOptions } from "./install-options.ts";
import type { InstallServices } from "./install-services.ts";
import { type Lifeline, lifeline } from "./lifeline.ts";
import type { MachineFacts } from "./machine-facts.ts";
import { askStanding, isInstalled, isUnfinished, type MachineStanding, refuseRunningHost } from "./machine-standing.ts";
import { planForInstall, refusePlan } from "./plan-for-install.ts";
import { preflight } from "./preflight.ts";

/** A machine that we are logged in to. */
export interface Machine {
  readonly line: Lifeline;
  readonly facts: MachineFacts;
}

export interface Survey extends Machine {
  readonly installation: HostInstallation;
  readonly standing: MachineStanding;
  /**
   * fresh: from the beginning. unfinished: its disks are made and mounted. perhaps-unfinished: they are as the layout says,
   * and what lies on them is seen once they are mounted. done: what is to be installed runs.
   */
  readonly stage: "fresh" | "unfinished" | "perhaps-unfinished" | "done";
  /** null: nothing is done to disks, or nobody can say what a script does to them. */
  readonly plan: DiskPlan | null;
  readonly warnings: readonly string[];
  /** What the operator was asked for already; null: nothing yet. */
  readonly passphrases: ReadonlyMap<string, Secret> | null;
}

export interface SurveySettings {
  readonly options: InstallOptions;
  readonly words: LoginWords;
  readonly limit: Limit;
}

type SurveyServices = Pick<
  InstallServices,
  "clock" | "emit" | "gatherFacts" | "interruption" | "isDirectory" | "meet" | "open" | "readFile"
>;

/** Gathers all that is known before anything is touched. The login is the caller's to close, also where this rejects. */
export async function surveyHost(
  services: SurveyServices,
  settings: SurveySettings,
  name: HostName,
  evaluation: Promise<HostInstallation>,
  opened: (line: Lifeline) => void = () => {},
): Promise<Survey> {
  const { interruption } = services;
  const { options } = settings;
  const signal = interruption.halt;
  const machine = meetMachine(services, settings, name, evaluation, opened);
  machine.catch(() => {});
  // A host that does not evaluate ends with that, whatever became of the login.
  const installation = await evaluation.catch(async (error: unknown) => {
    await machine.catch(() => {});
    throw error;
  });
  const { facts, line } = await machine;
  return inPhase({ ...services, halt: signal }, name, "check", unlimited, async () => {
    const standing = await askStanding(line.connection, installation.mountPoint, signal);
    const known = { line, facts, installation, standing, passphrases: null };
    if (isInstalled(standing, installation) && !options.reinstall) {
      return { ...known, stage: "done", plan: null, warnings: [] };
    }
    refuseRunningHost(standing, installation, options);
    await checkOperatorFiles(services, options);
    const warnings = checkMachine(options, installation, facts);
    const unfinished = isUnfinished(standing, installation);
    const plan = unfinished ? null : planForInstall(options, installation, facts);
    if (plan !== null) refusePlan(plan, name);
    const stage = unfinished ? "unfinished" : looksFinished(installation, facts) ? "perhaps-unfinished" : "fresh";
    return { ...known, stage, plan, warnings };
  });
}

/** Logs in, beside the evaluation where the operator says where, and asks what the machine is. */
async function meetMachine(
  services: SurveyServices,
  { limit, words }: SurveySettings,
  name: HostName,
  evaluation: Promise<HostInstallation>,
  opened: (line: Lifeline) => void,
): Promise<Machine> {
  const { clock, emit, interruption, meet, open } = services;
  const signal = interruption.halt;
  const early = earlyTarget(name, words);
  const targets = early === null ? firstTargets((await evaluation).host, words) : [early];
  return inPhase({ emit, halt: signal }, name, "connect", limit, async () => {
    const connection = await meet(targets, signal);
    try {
      const facts = await services.gatherFacts(connection, signal);
      const elevated = connection.withElevation(facts.elevation);
      const target: Target = { ...connection.target, hostKey: pinnedKey(facts.hostKeys) };
      const line = lifeline(
        elevated,
        (until) => reopened(open, target, facts.bootId, until),
        clock,
        (error) => emit({ type: "host-log", host: name, phase: "connect", line: `${error.message}; trying again` }),
      );
      opened(line);
      return { line, facts };
    } catch (error) {
      await connection.close();
      throw error;
    }
  });
}

/** Milliseconds. */
const bootIdDeadline = 15_000;

/** A new login to the same boot of the machine: what was learnt of another one is not true of it. */
export async function reopened(
  open: InstallServices["open"],
  target: Target,
  bootId: string,
  signal: AbortSignal,
): Promise<Connection> {
  const connection = await open(target, signal);
  try {
    const words = ["cat", "/proc/sys/kernel/random/boot_id"];
    const { stdout } = await connection.run({ words, asRoot: false, deadline: bootIdDeadline }, { signal });
    if (stdout.trim() === bootId) return connection;
    throw new FlotillaError("E_REBOOT", `${target.host}: the machine was restarted in the middle of it`, {
      host: target.host,
      hint: "bring it back into its installer where it is not, and run the same command again: it goes on where this ended",
    });
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** @throws FlotillaError E_NOT_INSTALLABLE */
function checkMachine(options: InstallOptions, installation: HostInstallation, facts: MachineFacts): readonly string[] {
  const { refusals, warnings } = preflight(facts, installation, options);
  const [first, ...others] = refusals;
  if (first === undefined) return warnings.map(({ hint, message }) => `${message}: ${hint}`);
  throw new FlotillaError("E_NOT_INSTALLABLE", first.message, {
    hint: first.hint,
    log: others.map(({ hint, message }) => `also: ${message}: ${hint}`),
  });
}

/**
 * In an installer: disks that are as the layout says, as far as can be seen, may hold an install that was broken off. What is
 * encrypted and closed, and what of a file system only its mount shows, is looked at once they are mounted.
 */
const looksFinished = ({ layout }: HostInstallation, { disks, operatingSystem }: MachineFacts): boolean =>
  layout !== null && operatingSystem.isInstaller && verifyDisks(layout, disks, null).every(({ certain }) => !certain);
