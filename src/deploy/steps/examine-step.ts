// How the profiles of a host stand there: of a plain NixOS system the inspection has said it; any other is asked for.
import type { HostSteps } from "../deploy-host.ts";
import type { RunServices } from "../run-services.ts";
import { type Standing, standingOfSystem } from "../standing.ts";
import { guardProfiles } from "./guard-profiles.ts";

export function examineStep({
  interruption,
  profileStates,
}: Pick<RunServices, "interruption" | "profileStates">): HostSteps["examine"] {
  return async ({ profiles }, { connection, inspection }) => {
    const known = profiles.map((profile) => standingOfSystem(profile, inspection));
    if (known.every((standing) => standing !== null)) return known;
    const states = await profileStates(connection, guardProfiles(profiles), interruption.halt);
    return profiles.map((profile): Standing => {
      const state = states.find(({ name }) => name === profile.name);
      const current = state?.current ?? null;
      return {
        profile,
        current,
        generation: state?.generation ?? null,
        runs: state?.isActive ?? false,
        isDefault: current === profile.path,
      };
    });
  };
}
