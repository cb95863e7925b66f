// One host's way to a goal: the order of the steps, and what may be left out. What happens in each is its room's business.
import type { Inspection } from "../checks/inspection.ts";
import type { GenerationNumber } from "../domain/generation-number.ts";
import type { Goal } from "../domain/goal.ts";
import type { HostName } from "../domain/host-name.ts";
import type { StorePath } from "../domain/store-path.ts";
import type { Host } from "../fleet/fleet.ts";
import { endingOfActivation, hostJourney, localJourney } from "./host-journey.ts";
import type { ActivationEnd, Ending } from "./host-journey.ts";
import type { HostResult } from "./host-result.ts";
import type { HostSession } from "./host-session.ts";
import { inPhase, unlimited } from "./in-phase.ts";
import type { Limit, PhaseContext } from "./in-phase.ts";

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
  /** `generation`: the one of the profile that holds the system, where it is to be gone back to. */
  readonly activate: (
    host: Host,
    session: HostSession,
    goal: "switch" | "boot" | "test",
    generation?: GenerationNumber,
  ) => Promise<ActivationEnd>;
  readonly limits: { readonly copy: Limit; readonly activate: Limit };
}

/** Brings one host to the goal, or says why not. */
export function deployHost(
  steps: HostSteps,
  goal: Goal,
  name: HostName,
  evaluation: Promise<Host>,
): Promise<HostResult> {
  if (goal !== "build") {
    return hostJourney(steps.connect, name, evaluation, (host, session) => reach(steps, goal, host, session));
  }
  return localJourney(evaluation, async (host) => {
    await inPhase(steps, name, "build", unlimited, () => steps.build(host, null));
    return { outcome: "built" };
  });
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
  return endingOfActivation(await inPhase(steps, name, "activate", steps.limits.activate, activate));
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
