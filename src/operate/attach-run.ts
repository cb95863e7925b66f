// Takes up a run whose operator is gone: what the guards of its hosts did, from the beginning, and how it ends.
import type { GuardVerbs } from "../deploy/supervise-activation.ts";
import { endingOfActivation } from "../deploy/host-journey.ts";
import type { Ending } from "../deploy/host-journey.ts";
import { outcomeOfError, reasonOf } from "../deploy/outcome-of-error.ts";
import type { RunClock } from "../deploy/run-clock.ts";
import { ActivationPhases } from "../deploy/steps/activation-phases.ts";
import { bareTarget } from "../deploy/steps/connect-step.ts";
import type { Emit } from "../domain/event.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { tallyOutcomes, exitStatus, runExitStatus } from "../domain/outcome.ts";
import type { HostRecord, Login, RunRecord } from "../history/history.ts";
import type { HostSession } from "../deploy/host-session.ts";
import type { Target } from "../ssh/target.ts";
import { finishedEvent } from "./finished-event.ts";

export interface AttachServices {
  readonly guard: Pick<GuardVerbs, "follow">;
  readonly logIn: (targets: readonly Target[]) => Promise<HostSession>;
  /** Where a host was reached last, by any run. */
  readonly lastLogin: (record: HostRecord) => Login | null;
  readonly emit: Emit;
  readonly clock: RunClock;
  readonly signal: AbortSignal;
}

/** Follows the guards of these hosts of a run to their ends; resolves with the exit status that the run has then. */
export async function attachRun(
  run: RunRecord,
  hosts: readonly HostRecord[],
  services: AttachServices,
): Promise<number> {
  const { clock, emit, signal } = services;
  const { flake, goal, operator, revision } = run;
  const started = clock.now().getTime();
  emit({ type: "run-started", goal, flake, revision, operator, hosts: hosts.map(({ host }) => host) });
  const seconds = (): number => (clock.now().getTime() - started) / 1000;
  const outcomes = await Promise.all(
    hosts.map(async (record) => {
      const ending = await follow(run, record, services);
      emit(finishedEvent(record, ending, seconds()));
      return ending.outcome;
    }),
  );
  const status = signal.aborted ? exitStatus.interrupted : runExitStatus(outcomes);
  emit({ type: "run-finished", outcomes: tallyOutcomes(outcomes), exitStatus: status, seconds: seconds() });
  return status;
}

/** An outcome that nobody can learn anew stays what it was; one that was never learnt is what the host says now. */
async function follow({ run }: RunRecord, record: HostRecord, services: AttachServices): Promise<Ending> {
  const { emit, guard, lastLogin, logIn, signal } = services;
  const { host } = record;
  const login = lastLogin(record);
  if (login === null) return untouched(record);
  const phases = new ActivationPhases(emit, host);
  let session: HostSession | null = null;
  try {
    session = await logIn([bareTarget(host, login)]);
    emit({ type: "host-phase", host, phase: "activate", state: "started" });
    const end = await guard.follow(session.connection, run, phases, signal);
    return endingOfActivation({ end, log: phases.logOf(end?.outcome ?? null) });
  } catch (error) {
    if (!(error instanceof FlotillaError)) throw error;
    if (error.code === "E_NO_SUCH_RUN") return untouched(record);
    const outcome = record.outcome ?? (session === null ? outcomeOfError(error.at(host, "connect")) : "lost-contact");
    return { outcome, reason: reasonOf(error) };
  } finally {
    phases.end();
    if (session !== null) emit({ type: "host-phase", host, phase: "activate", state: "finished" });
    await session?.connection.close();
  }
}

/** The run never came to activating anything on this host. */
function untouched({ outcome, reason }: HostRecord): Ending {
  if (outcome !== null) return { outcome, ...(reason === null ? {} : { reason: { ...reason, log: [] } }) };
  const message = "the run ended before it changed anything on this host";
  return { outcome: "failed", reason: { code: "E_INTERRUPTED", message, log: [] } };
}
