// The profiles of a host as its guard is told of them.
import type { GuardProfile } from "../../activation/guard.ts";
import type { Host, Profile } from "../../fleet/fleet.ts";
import type { Generations } from "../deploy-host.ts";

/** @param generations that are gone back to, where that is what is done */
export function guardProfiles(
  [first, ...others]: Host["profiles"],
  generations: Generations = new Map(),
): readonly [GuardProfile, ...GuardProfile[]] {
  const ordered = ({ name, activator, path, user, profilePath, specialisation }: Profile): GuardProfile => ({
    name,
    activator,
    path,
    user: user ?? "root",
    profilePath,
    generation: generations.get(name) ?? null,
    specialisation,
  });
  return [ordered(first), ...others.map(ordered)];
}
