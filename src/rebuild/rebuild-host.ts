// From what the configuration says of a host to what is brought to it: the operator's flags are laid over its settings.
import { systemProfile } from "../deploy/standing.ts";
import type { Host, Profile } from "../fleet/fleet.ts";
import { elevationWords } from "./machine.ts";
import type { RebuildOptions } from "./rebuild-options.ts";

type Wishes = Pick<RebuildOptions, "elevate" | "profileName" | "specialisation" | "targetHost">;
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The host as it is rebuilt. Where the operator named an address, its user is theirs too: as with nixos-rebuild, what ssh
 * itself says where none is given.
 */
export function rebuildHost(host: Host, wishes: Wishes, environment: Environment): Host {
  const { elevate, profileName, specialisation } = wishes;
  const withWishes = (profile: Profile): Profile =>
    profile.name === "system" ? { ...profile, specialisation, profilePath: profileOf(profile, profileName) } : profile;
  const [first, ...others] = host.profiles;
  const words = elevationWords(elevate, environment);
  return {
    ...host,
    profiles: [withWishes(first), ...others.map(withWishes)],
    deployment: {
      ...host.deployment,
      targetUser: null,
      privilegeEscalationCommand: words === null ? host.deployment.privilegeEscalationCommand : [...words],
    },
  };
}

/** Another name is a profile below system-profiles, whose boot entries have that name; both are nixos-rebuild's places. */
export const profileLink = (name: string): string =>
  name === "system" ? systemProfile : `/nix/var/nix/profiles/system-profiles/${name}`;

const profileOf = (profile: Profile, name: string): string | null =>
  name === "system" ? profile.profilePath : profileLink(name);
