// One host's way to a goal: the order of the steps, and what may be left out. What happens in each is its room's business.
import type { Inspection } from "../checks/inspection.ts";
import type { GenerationNumber } from "../domain/generation-number.ts";
import type { Goal } from "../domain/goal.ts";
import type { HostName } from "../domain/host-name.ts";
import type { KeyMoment } from "../secrets/host-keys.ts";
import { isSuccess } from "../domain/outcome.ts";
import type { Host } from "../fleet/fleet.ts";
import { afterActivation } from "./after-activation.ts";
import { endingOfActivation, hostJourney, localJourney } from "./host-journey.ts";
import type { ActivationEnd, Ending } from "./host-journey.ts";
import type { HostResult } from "./host-result.ts";
import type { HostSession } from "./host-session.ts";
import { inPhase, unlimited } from "./in-phase.ts";
import type { Limit, PhaseContext } from "./in-phase.ts";
import type { Standing } from "./standing.ts";

/** What is done beside a reboot; both resolve with remarks. */
export interface RebootSurroundings {
  readonly before: () => Promise<readonly string[]>;
  /** Over the new login. */
  readonly after: (session: HostSession) => Promise<readonly string[]>;
}

/** By the name of a profile: the generation that holds what is wanted. */
export type Generations = ReadonlyMap<string, GenerationNumber>;

/**
 * The steps of a run, each carried out by the room it belongs to; deploy-run.ts puts them together. An activation is
 * not the end of what it begins: what follows it goes on when the run is halted, until it is left.
 */
export interface HostSteps extends PhaseContext {
  /** Aborted when the run is left: also what is under way is given up. */
  readonly leave: AbortSignal;
  /** Logs in and inspects, a phase with a limit of its own; begins before the evaluation has ended where an address is known. */
  readonly connect: (name: HostName, host: Promise<Host>) => Promise<HostSession>;
  /** Throws the first refusal: of an up-to-date host, of one that is to be changed, of one whose system is built. */
  readonly refuse: (host: Host, session: HostSession, when: "up-to-date" | "inspected" | "built") => Promise<void>;
  /** How each profile stands on the host, beside what is wanted. */
  readonly examine: (host: Host, session: HostSession) => Promise<readonly Standing[]>;
  readonly build: (host: Host, session: HostSession | null) => Promise<void>;
  /** Whether the build is wanted for its own sake, also of what the host has already. */
  readonly keepsResults: boolean;
  readonly copy: (host: Host, session: HostSession) => Promise<void>;
  /** Resolves when the hosts that go before this one have succeeded; rejects with E_HALTED when one has not. */
  readonly gate: (host: Host) => Promise<void>;
  /** false: the operator wants none sent. */
  readonly sendsKeys: boolean;
  /** Sends keys; resolves with remarks. */
  readonly sendKeys: (host: Host, session: HostSession, when: KeyMoment) => Promise<readonly string[]>;
  /** Asks the new system what it would do; resolves with its words. */
  readonly dryActivate: (host: Host, session: HostSession) => Promise<readonly string[]>;
  /** `generations`: of each profile by its name, where it is gone back to. */
  readonly activate: (
    host: Host,
    session: HostSession,
    goal: "switch" | "boot" | "test",
    generations?: Generations,
  ) => Promise<ActivationEnd>;
  /**
   * Where it is wanted: prepares, reboots, waits for the host to be back with what it is to run, and does what is left over
   * the new login. Resolves with remarks; null where it is not wanted.
   *
   * @param staged whether there is something that only a boot brings
   */
  readonly reboot: (
    host: Host,
    session: HostSession,
    staged: boolean,
    around: RebootSurroundings,
  ) => Promise<readonly string[] | null>;
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
  const underWay: HostSteps = { ...steps, halt: steps.leave };
  const sendKeys = (when: KeyMoment, context = steps): Promise<readonly string[]> =>
    keysPhase(context, host, session, when);
  // A reboot empties /run/keys.
  const reboot = async (staged: boolean): Promise<readonly string[] | null> =>
    steps.halt.aborted
      ? null
      : steps.reboot(host, session, staged, {
          before: () => sendKeys("before-reboot"),
          after: (fresh) => keysPhase(underWay, host, fresh, "all"),
        });
  if (goal === "keys") {
    await inPhase(steps, name, "check", unlimited, () => steps.refuse(host, session, "inspected"));
    await steps.gate(host);
    const notes = await sendKeys("all");
    const hasKeys = Object.keys(host.deployment.keys).length > 0;
    return { outcome: "pushed", notes: notes.length > 0 ? notes : [hasKeys ? "keys unchanged" : "no keys"] };
  }
  const { settled, standings } = await inPhase(steps, name, "check", unlimited, async () => {
    const standings = await steps.examine(host, session);
    const settled = isSettled(goal, standings);
    await steps.refuse(host, session, settled ? "up-to-date" : "inspected");
    return { settled, standings };
  });
  if (settled) {
    if (steps.keepsResults) await inPhase(steps, name, "build", unlimited, () => steps.build(host, session));
    // A key may have changed where the system has not.
    const notes = (await reboot(goal === "boot")) ?? (goal === "boot" ? [] : await sendKeys("all"));
    return { outcome: "unchanged", notes: [...notes, ...remarks(inspection)] };
  }
  await inPhase(steps, name, "build", unlimited, () => steps.build(host, session));
  await inPhase(steps, name, "check", unlimited, () => steps.refuse(host, session, "built"));
  await inPhase(steps, name, "copy", steps.limits.copy, () => steps.copy(host, session));
  if (goal === "push") return { outcome: "pushed" };
  await steps.gate(host);
  if (goal === "dry-activate") {
    const dryActivate = (): Promise<readonly string[]> => steps.dryActivate(host, session);
    return { outcome: "pushed", notes: await inPhase(steps, name, "activate", steps.limits.activate, dryActivate) };
  }
  const keyNotes = goal === "boot" ? [] : await sendKeys("pre-activation");
  const activate = (): Promise<ActivationEnd> => steps.activate(host, session, goal);
  const ending = endingOfActivation(await inPhase(steps, name, "activate", steps.limits.activate, activate));
  const notes = [...keyNotes, ...(ending.notes ?? [])];
  if (!isSuccess(ending.outcome)) return { ...ending, notes };
  return afterActivation({ ...ending, notes, before: standings }, async () => {
    const rebooted = await reboot(goal === "boot");
    if (rebooted !== null) return { notes: rebooted, rebooted: true };
    return { notes: goal === "boot" ? [] : await sendKeys("post-activation", underWay), rebooted: false };
  });
}

/** Nothing at all where a host has no such keys, and none that are declared no more. */
async function keysPhase(
  steps: HostSteps,
  host: Host,
  session: HostSession,
  when: KeyMoment,
): Promise<readonly string[]> {
  const mayRemove = when === "post-activation" || when === "all";
  const isDue = Object.values(host.deployment.keys).length > 0 || (session.inspection.hasKeys && mayRemove);
  if (!steps.sendsKeys || !isDue) return [];
  return inPhase(steps, host.name, "keys", unlimited, () => steps.sendKeys(host, session, when));
}

/** Whether the host has nothing to do for this goal. */
export function isSettled(goal: Exclude<Goal, "build">, standings: readonly Standing[]): boolean {
  switch (goal) {
    case "switch":
      return standings.every(({ isDefault, runs }) => runs && isDefault);
    case "test":
      return standings.every(({ runs }) => runs);
    case "boot":
      return standings.every(({ isDefault }) => isDefault);
    case "push":
    case "dry-activate":
    case "keys":
      return false;
  }
}

function remarks(inspection: Inspection): readonly string[] {
  const notes: string[] = [];
  if (inspection.failedUnits.length > 0) notes.push(`failed units: ${inspection.failedUnits.join(", ")}`);
  if (inspection.needsReboot) notes.push("a reboot is needed: it booted another kernel than the one it is to boot");
  return notes;
}
