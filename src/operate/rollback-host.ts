// Going back to an earlier generation of a host, named by its number, under the same guard as a deploy.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { GenerationNumber } from "../domain/generation-number.ts";
import type { HostName } from "../domain/host-name.ts";
import type { StorePath } from "../domain/store-path.ts";
import type { HostSteps } from "../deploy/deploy-host.ts";
import { endingOfActivation, hostJourney } from "../deploy/host-journey.ts";
import type { HostResult } from "../deploy/host-result.ts";
import { inPhase, unlimited } from "../deploy/in-phase.ts";
import type { Host } from "../fleet/fleet.ts";
import type { Generation } from "./list-generations.ts";
import { chosenProfile, profileGenerations } from "./profile-generations.ts";

/** What is gone back to. */
export interface RollbackGoal {
  /** The name of a profile; null: the host's system, or else the first of its profiles. */
  readonly profile: string | null;
  /** null: the newest generation older than the one that is current. */
  readonly to: GenerationNumber | null;
}

/** Brings one profile of one host back to a generation, or says why not. */
export function rollbackHost(
  steps: HostSteps,
  goal: RollbackGoal,
  name: HostName,
  evaluation: Promise<Host>,
): Promise<HostResult> {
  return hostJourney(steps.connect, name, evaluation, async (host, session) => {
    const profile = chosenProfile(host, goal.profile);
    const { running, generation } = await inPhase(steps, name, "check", unlimited, async () => {
      await steps.refuse(host, session, "inspected");
      const generations = await profileGenerations(session.connection, profile, steps.halt);
      const current = generations.find((generation) => generation.current)?.path ?? null;
      const running = profile.activator === "nixos" ? session.inspection.currentSystem : current;
      return { running, generation: chooseGeneration(name, generations, running, goal.to) };
    });
    const { path: system } = generation;
    const version = profile.activator === "nixos" ? generation.nixosVersion : null;
    const chosen = `generation ${generation.generation}`;
    if (system === running && generation.current) {
      return { outcome: "unchanged", system, version, notes: [`${chosen} runs already`] };
    }
    await steps.gate(host);
    const earlier: Host = { ...host, profiles: [{ ...profile, path: system, specialisation: null }], version };
    const ending = endingOfActivation(
      await inPhase(steps, name, "activate", steps.limits.activate, () =>
        steps.activate(earlier, session, "switch", new Map([[profile.name, generation.generation]])),
      ),
    );
    return { ...ending, system, version, notes: [`back to ${chosen}`, ...(ending.notes ?? [])] };
  });
}

/**
 * The generation that is meant.
 *
 * @param current the system that runs; going back means to another one, however many generations hold the same
 * @throws E_NO_SUCH_GENERATION
 */
export function chooseGeneration(
  host: HostName,
  generations: readonly Generation[],
  current: StorePath | null,
  to: GenerationNumber | null,
): Generation {
  const numbers = generations.map(({ generation }) => generation).join(", ");
  if (to !== null) {
    const wanted = generations.find(({ generation }) => generation === to);
    if (wanted !== undefined) return wanted;
    throw new FlotillaError("E_NO_SUCH_GENERATION", `${host} has no generation ${to}`, {
      hint: `it has ${numbers === "" ? "none" : numbers}`,
    });
  }
  const running = generations.find(({ current }) => current)?.generation ?? Infinity;
  const before = generations.find(({ generation, path }) => generation < running && path !== current);
  if (before !== undefined) return before;
  throw new FlotillaError("E_NO_SUCH_GENERATION", `${host} has no earlier generation to go back to`, {
    hint: `it has ${numbers === "" ? "none" : numbers}; name one with --to`,
  });
}
