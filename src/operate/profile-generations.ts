// The generations of whichever profile of a host: a NixOS system tells much of each, any other its number, path and date.
import type { GuardProfile } from "../activation/guard.ts";
import { listProfileGenerations, profileStates } from "../activation/profile-states.ts";
import { guardProfiles } from "../deploy/steps/guard-profiles.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { type Host, mainProfile, type Profile } from "../fleet/fleet.ts";
import { nearestName } from "../fleet/nearest-name.ts";
import type { Connection } from "../ssh/connection.ts";
import { type Generation, listGenerations } from "./list-generations.ts";

const unknown = "Unknown";

/** Newest first. Rejects with E_COMMAND when the host does not answer in the way it is asked. */
export async function profileGenerations(
  connection: Connection,
  profile: Profile,
  signal: AbortSignal,
): Promise<readonly Generation[]> {
  if (profile.activator === "nixos" && profile.profilePath !== null) {
    return listGenerations(connection, profile.profilePath, signal);
  }
  const [asked]: readonly GuardProfile[] = guardProfiles([profile]);
  if (asked === undefined) return [];
  const found = await listProfileGenerations(connection, asked, signal);
  const [state] = await profileStates(connection, [asked], signal);
  return found.map((generation) => ({
    ...generation,
    nixosVersion: unknown,
    kernelVersion: unknown,
    configurationRevision: unknown,
    specialisations: [],
    current: generation.generation === state?.generation,
  }));
}

/**
 * The profile of that name; without a name the host's system, or else the first of its profiles.
 *
 * @throws FlotillaError E_SELECTION where the host has no such profile
 */
export function chosenProfile(host: Pick<Host, "name" | "profiles">, name: string | null): Profile {
  if (name === null) return mainProfile(host);
  const found = host.profiles.find((profile) => profile.name === name);
  if (found !== undefined) return found;
  const names = host.profiles.map((profile) => profile.name);
  const near = nearestName(name, names);
  throw new FlotillaError("E_SELECTION", `${host.name} has no profile ${name}`, {
    host: host.name,
    hint: near === undefined ? `it has ${names.join(", ")}` : `did you mean ${near}?`,
  });
}
