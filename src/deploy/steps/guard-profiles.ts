// The profiles of a host as its guard is told of them.
import type { GuardProfile } from "../../activation/guard.ts";
import type { GenerationNumber } from "../../domain/generation-number.ts";
import type { Host, Profile } from "../../fleet/fleet.ts";

/** @param generation of the first profile: the one that is gone back to, where that is what is done */
export function guardProfiles(
  [first, ...others]: Host["profiles"],
  generation: GenerationNumber | null = null,
): readonly [GuardProfile, ...GuardProfile[]] {
  return [{ ...guardProfile(first), generation }, ...others.map(guardProfile)];
}

const guardProfile = ({ name, activator, path, user, profilePath, specialisation }: Profile): GuardProfile => ({
  name,
  activator,
  path,
  user: user ?? "root",
  profilePath,
  generation: null,
  specialisation,
});
