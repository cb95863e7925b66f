// One host's way from a machine that runs anything to one that runs what its configuration describes. What happens in each
// step is the step's business; here is the order, what may be left out, and how each end is called.
import type { HostResult } from "../deploy/host-result.ts";
import { reasonOf } from "../deploy/outcome-of-error.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { Secret } from "../domain/secret.ts";
import type { HostInstallation } from "./host-installation.ts";
import { runPhases } from "./install-phases.ts";
import { interruptedWords, outcomeOf, type Progress } from "./install-progress.ts";
import type { InstallServices } from "./install-services.ts";
import type { Lifeline } from "./lifeline.ts";
import { resumeSurvey } from "./resume-survey.ts";
import { type Survey, surveyHost, type SurveySettings } from "./survey-host.ts";
import { lockTarget, type TargetLock } from "./target-lock.ts";

/** What the operator said to what was shown. */
export interface Agreement {
  readonly passphrases: ReadonlyMap<string, Secret>;
}

/**
 * Shows the operator what becomes of the disks, once that of all hosts is known, and asks. Rejects with E_WIPE_NOT_NAMED
 * where a disk was not named.
 */
export type Agree = (name: HostName, survey: Survey) => Promise<Agreement>;

/** Tells that a host will not come to be agreed to. */
export type Withdraw = (name: HostName) => void;

export interface InstallSteps {
  readonly services: InstallServices;
  readonly settings: SurveySettings;
  readonly agree: Agree;
  readonly withdraw: Withdraw;
}

/** Installs one host, or says why not. Nothing is thrown but bugs. */
export async function installHost(
  { agree, services, settings, withdraw }: InstallSteps,
  name: HostName,
  evaluation: Promise<HostInstallation>,
): Promise<HostResult> {
  let installation: HostInstallation | null = null;
  let line: Lifeline | null = null;
  let lock: TargetLock | null = null;
  const progress: Progress = { touched: false, runs: "as-before" };
  let previous: HostResult["previous"] = null;
  try {
    const { clock, interruption, operator, run } = services;
    let survey = await surveyHost(services, settings, name, evaluation, (opened) => (line = opened));
    ({ installation } = survey);
    previous = survey.standing.currentSystem;
    if (survey.stage === "done") {
      withdraw(name);
      return resultOf(installation, previous, "unchanged", ["it runs this very system already"]);
    }
    lock = await lockTarget(survey.line, { run, operator, clock }, interruption.halt);
    survey = await resumeSurvey(services, settings.options, survey);
    const { passphrases } = await agree(name, survey);
    const end = await runPhases(services, settings, survey, passphrases, {
      progress,
      onMachine: (machine) => (line = machine.line),
      relock: async (fresh) => {
        await lock?.abandon();
        lock = await lockTarget(fresh, { run, operator, clock }, interruption.halt);
      },
    });
    return resultOf(installation, previous, end.outcome, [...survey.warnings, ...end.notes]);
  } catch (error) {
    withdraw(name);
    if (!(error instanceof FlotillaError)) throw error;
    return failed(error, progress, installation, previous);
  } finally {
    // The compiler does not see what callbacks assign.
    await release(lock);
    await close(line);
  }
}

const release = async (lock: TargetLock | null): Promise<void> => lock?.release();
const close = async (line: Lifeline | null): Promise<void> => line?.close();

const resultOf = (
  installation: HostInstallation | null,
  previous: HostResult["previous"],
  outcome: Outcome,
  notes: readonly string[],
): HostResult => ({
  outcome,
  reason: null,
  previous,
  previousVersion: null,
  system: installation?.system.path ?? null,
  version: installation?.host.version ?? null,
  notes,
});

function failed(
  error: FlotillaError,
  progress: Progress,
  installation: HostInstallation | null,
  previous: HostResult["previous"],
): HostResult {
  const reason = reasonOf(error);
  return {
    ...resultOf(installation, previous, outcomeOf(error, progress), []),
    reason: error.code === "E_INTERRUPTED" ? { ...reason, ...interruptedWords(progress) } : reason,
  };
}
