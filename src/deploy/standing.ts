// How a profile stands on its host, beside what is wanted there.
import type { Inspection } from "../checks/inspection.ts";
import type { GenerationNumber } from "../domain/generation-number.ts";
import type { StorePath } from "../domain/store-path.ts";
import type { Profile } from "../fleet/fleet.ts";

export interface Standing {
  readonly profile: Profile;
  /** What the profile holds now; null where there is none yet. */
  readonly current: StorePath | null;
  readonly generation: GenerationNumber | null;
  /** Whether the wanted one is what runs. */
  readonly runs: boolean;
  /** Whether the profile holds the wanted one: for a system, whether it is what boots. */
  readonly isDefault: boolean;
}

/** The profile that a machine boots from. */
export const systemProfile = "/nix/var/nix/profiles/system";

/** The standing of a plain NixOS system, which the inspection has seen already; null for any other profile. */
export function standingOfSystem(profile: Profile, inspection: Inspection): Standing | null {
  const { activator, path, profilePath, specialisation } = profile;
  if (activator !== "nixos" || profilePath !== systemProfile || specialisation !== null) return null;
  return {
    profile,
    current: inspection.profileSystem,
    generation: inspection.profileGeneration,
    runs: inspection.currentSystem === path,
    isDefault: inspection.profileSystem === path,
  };
}
