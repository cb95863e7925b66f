// Taking a host back to what it was before this run, since another one failed: each profile to the very generation that it
// had, under the guard, as any rollback.
import type { HostSteps } from "../deploy/deploy-host.ts";
import type { UndoOne } from "../deploy/deploy-run.ts";
import { endingOfActivation, hostJourney } from "../deploy/host-journey.ts";
import type { ActivationEnd } from "../deploy/host-journey.ts";
import { inPhase } from "../deploy/in-phase.ts";
import type { Standing } from "../deploy/standing.ts";
import type { GenerationNumber } from "../domain/generation-number.ts";
import type { Goal } from "../domain/goal.ts";
import { isSuccess } from "../domain/outcome.ts";
import type { Host, Profile } from "../fleet/fleet.ts";

const why = "another host of the run failed, and --rollback-succeeded takes back those that went well";

/**
 * @param goal of the run: what was only staged is only staged back
 * @returns what undoes a host; one that had nothing before stays as it is and says so
 */
export function undoHost(steps: HostSteps, goal: Goal): UndoOne {
  return async (name, evaluation, done) => {
    const [first, ...others] = (done.before ?? []).flatMap((standing) => earlier(standing) ?? []);
    if (first === undefined) return { ...done, notes: [...done.notes, `${why}: this one had nothing to go back to`] };
    const generations = new Map(generationsOf(done.before ?? []));
    const undone = await hostJourney(steps.connect, name, evaluation, async (host, session) => {
      const before: Host = { ...host, profiles: [first, ...others] };
      const activate = (): Promise<ActivationEnd> =>
        steps.activate(before, session, goal === "boot" ? "boot" : "switch", generations);
      const ending = endingOfActivation(await inPhase(steps, name, "activate", steps.limits.activate, activate));
      if (!isSuccess(ending.outcome)) return ending;
      return { outcome: "rolled-back", reason: { code: "E_HALTED", message: why, log: [] }, notes: ending.notes ?? [] };
    });
    return { ...undone, previous: done.previous, previousVersion: done.previousVersion };
  };
}

const earlier = ({ current, isDefault, profile }: Standing): Profile | null =>
  current === null || isDefault ? null : { ...profile, path: current, specialisation: null };

const generationsOf = (before: readonly Standing[]): readonly (readonly [string, GenerationNumber])[] =>
  before.flatMap(({ generation, profile: { name } }) => (generation === null ? [] : [[name, generation] as const]));
