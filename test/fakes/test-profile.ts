// A NixOS system as a profile, for tests that are not about profiles.
import { DerivationPath } from "../../src/domain/store-path.ts";
import type { StorePath } from "../../src/domain/store-path.ts";
import type { Profile } from "../../src/fleet/fleet.ts";

export const testProfile = (path: StorePath, changes: Partial<Profile> = {}): Profile => ({
  name: "system",
  activator: "nixos",
  user: null,
  profilePath: "/nix/var/nix/profiles/system",
  derivation: DerivationPath.parse(`${path}.drv`),
  path,
  specialisation: null,
  ...changes,
});
