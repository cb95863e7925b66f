// The profiles of an order as the guard's shell reads them: a function that sets the words of one, by its number.
import { FlotillaError } from "../domain/flotilla-error.ts";
import { shellQuote } from "../domain/shell-quote.ts";
import type { GuardProfile } from "./guard.ts";

/**
 * Lines of shell: how many profiles there are, and `ordered_profile NUMBER`, which sets what guard/profile.sh describes.
 *
 * @throws FlotillaError E_CONFIGURATION when a profile's link or specialisation cannot be a path.
 */
export function orderedProfiles(profiles: readonly GuardProfile[]): readonly string[] {
  return [
    `profile_count=${profiles.length}`,
    "ordered_profile() {",
    "  case $1 in",
    ...profiles.flatMap((profile, index) => [
      `    ${index + 1})`,
      ...assignments(settingsOf(profile)).map((line) => `      ${line}`),
      "      ;;",
    ]),
    "    *) return 1 ;;",
    "  esac",
    "}",
  ];
}

/** @example assignments({ goal: "switch" }) // ["goal='switch'"] */
export const assignments = (settings: Readonly<Record<string, string>>): string[] =>
  Object.entries(settings).map(([name, value]) => `${name}=${shellQuote([value])}`);

function settingsOf(profile: GuardProfile): Readonly<Record<string, string>> {
  const { name, profilePath, specialisation } = profile;
  if (profilePath !== null && !/^\/\P{Cc}+$/u.test(profilePath)) {
    throw new FlotillaError(
      "E_CONFIGURATION",
      `${name}: this is no path for a profile: ${JSON.stringify(profilePath)}`,
    );
  }
  if (specialisation !== null && !/^[^/\p{Cc}]+$/u.test(specialisation)) {
    const given = JSON.stringify(specialisation);
    throw new FlotillaError("E_CONFIGURATION", `${name}: this is no name of a specialisation: ${given}`);
  }
  return {
    profile_name: name,
    profile_activator: profile.activator,
    profile_path: profile.path,
    profile_user: profile.user,
    profile_wanted_link: profilePath ?? "",
    profile_wanted_generation: String(profile.generation ?? ""),
    profile_specialisation: specialisation ?? "",
  };
}
