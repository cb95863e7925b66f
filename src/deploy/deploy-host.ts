// One host's way through a run, from its evaluation to its outcome. Every end is a HostResult; nothing is thrown
// but bugs. What happens in each step is the business of the rooms; the order, and what may be left out, is ours.
import type { GuardEnd } from "../activation/guard.ts";
import type { Inspection } from "../checks/inspection.ts";
import type { Reason } from "../domain/event.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { Goal } from "../domain/goal.ts";
import type { HostName } from "../domain/host-name.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { StorePath } from "../domain/store-path.ts";
import type { Host } from "../fleet/fleet.ts";
import type { HostResult } from "./host-result.ts";
import type { HostSession } from "./host-session.ts";
import { inPhase, unlimited } from "./in-phase.ts";
import type { Limit, PhaseContext } from "./in-phase.ts";
import { outcomeOfError, reasonOf } from "./outcome-of-error.ts";

/** How an activation ended: `end` is null when contact was lost and the guard decides alone. */
export interface ActivationEnd {
  readonly end: GuardEnd | null;
  /** The last lines that the activation printed. */
  readonly log: readonly string[];
}

/** The steps of a run, each carried out by the room it belongs to; deploy-run.ts puts them together. */
export interface HostSteps extends PhaseContext {
  /** Logs in and inspects, a phase with a limit of its own; begins before the evaluation has ended where an address is known. */
  readonly connect: (name: HostName, host: Promise<Host>) => Promise<HostSession>;
  /** Throws the first refusal: of an up-to-date host, of one that is to be changed, of one whose system is built. */
  readonly refuse: (host: Host, session: HostSession, when: "up-to-date" | "inspected" | "built") => Promise<void>;
  readonly build: (host: Host, session: HostSession | null) => Promise<void>;
  readonly copy: (host: Host, session: HostSession) => Promise<void>;
  /** Resolves when the hosts that go before this one have succeeded; rejects with E_HALTED when one has not. */
  readonly gate: (host: Host) => Promise<void>;
  /** Asks the new system what it would do; resolves with its words. */
  readonly dryActivate: (host: Host, session: HostSession) => Promise<readonly string[]>;
  readonly activate: (host: Host, session: HostSession, goal: "switch" | "boot" | "test") => Promise<ActivationEnd>;
  readonly limits: { readonly copy: Limit; readonly activate: Limit };
}

interface Ending {
  readonly outcome: Outcome;
  readonly reason?: Reason;
  readonly notes?: readonly string[];
}

/** Brings one host to the goal, or says why not. */
export async function deployHost(
  steps: HostSteps,
  goal: Goal,
  name: HostName,
  evaluation: Promise<Host>,
): Promise<HostResult> {
  let host: Host | null = null;
  let session: HostSession | null = null;
  const result = (ending: Ending): HostResult => ({
    outcome: ending.outcome,
    reason: ending.reason ?? null,
    previous: session?.inspection.currentSystem ?? null,
    previousVersion: session?.inspection.currentVersion ?? null,
    system: host?.toplevel ?? null,
    version: host?.version ?? null,
    notes: ending.notes ?? [],
  });
  try {
    if (goal === "build") {
      const evaluated = (host = await evaluation);
      await inPhase(steps, name, "build", unlimited, () => steps.build(evaluated, null));
      return result({ outcome: "built" });
    }
    // Started beside the evaluation. When that fails, a login that still comes about is closed again below.
    const connecting = steps.connect(name, evaluation);
    const opened = connecting.then(
      (value) => (session = value),
      () => null,
    );
    try {
      host = await evaluation;
    } catch (error) {
      await opened;
      throw error;
    }
    return result(await reach(steps, goal, host, await connecting));
  } catch (error) {
    if (!(error instanceof FlotillaError)) throw error;
    return result({ outcome: outcomeOfError(error), reason: reasonOf(error) });
  } finally {
    await (session as HostSession | null)?.connection.close();
  }
}

async function reach(
  steps: HostSteps,
  goal: Exclude<Goal, "build">,
  host: Host,
  session: HostSession,
): Promise<Ending> {
  const { inspection } = session;
  const { name } = host;
  if (isSettled(goal, host.toplevel, inspection)) {
    await inPhase(steps, name, "check", unlimited, () => steps.refuse(host, session, "up-to-date"));
    return { outcome: "unchanged", notes: remarks(inspection) };
  }
  await inPhase(steps, name, "check", unlimited, () => steps.refuse(host, session, "inspected"));
  await inPhase(steps, name, "build", unlimited, () => steps.build(host, session));
  await inPhase(steps, name, "check", unlimited, () => steps.refuse(host, session, "built"));
  await inPhase(steps, name, "copy", steps.limits.copy, () => steps.copy(host, session));
  if (goal === "push") return { outcome: "pushed" };
  await steps.gate(host);
  if (goal === "dry-activate") {
    const dryActivate = (): Promise<readonly string[]> => steps.dryActivate(host, session);
    return { outcome: "pushed", notes: await inPhase(steps, name, "activate", steps.limits.activate, dryActivate) };
  }
  const activate = (): Promise<ActivationEnd> => steps.activate(host, session, goal);
  const { end, log } = await inPhase(steps, name, "activate", steps.limits.activate, activate);
  return end === null ? { outcome: "lost-contact", reason: lostContact(log) } : endingOf(end, log);
}

/** Whether the host has nothing to do for this goal. */
export function isSettled(goal: Exclude<Goal, "build">, toplevel: StorePath, inspection: Inspection): boolean {
  const runs = inspection.currentSystem === toplevel;
  const isDefault = inspection.profileSystem === toplevel;
  switch (goal) {
    case "switch":
      return runs && isDefault;
    case "test":
      return runs;
    case "boot":
      return isDefault;
    case "push":
    case "dry-activate":
      return false;
  }
}

function remarks(inspection: Inspection): readonly string[] {
  const notes: string[] = [];
  if (inspection.failedUnits.length > 0) notes.push(`failed units: ${inspection.failedUnits.join(", ")}`);
  if (inspection.needsReboot) notes.push("a reboot is needed: it booted another kernel than the one it is to boot");
  return notes;
}

function endingOf(end: GuardEnd, log: readonly string[]): Ending {
  if (end.code === null) return { outcome: end.outcome, notes: end.notes };
  return {
    outcome: end.outcome,
    notes: end.notes,
    reason: { code: end.code, message: end.message ?? end.code, step: "activate", log: [...log] },
  };
}

function lostContact(log: readonly string[]): Reason {
  return {
    code: "E_CONNECTION_LOST",
    message: "contact was lost during the activation; the guard on the host decides alone",
    hint: "`flotilla status` shows how it ended, as soon as the host can be reached again",
    step: "activate",
    log: [...log],
  };
}
