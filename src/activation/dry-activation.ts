// What shows beforehand what an activation would do, as far as its activator can; nothing is changed by it.
import type { RemoteCommand } from "../ssh/connection.ts";
import { readAsset } from "../assets.ts";
import type { GuardProfile } from "./guard.ts";
import { orderedProfiles } from "./ordered-profiles.ts";

/** Milliseconds: it only compares. */
const deadline = 120_000;

/**
 * The command that shows it; its exit status is 0 unless it went wrong. null for nix-darwin, which has no such thing.
 *
 * @example dryActivation(home) // the profile's activate as its user, with DRY_RUN=1
 */
export function dryActivation(profile: GuardProfile): RemoteCommand | null {
  if (profile.activator === "darwin") return null;
  const script = [
    readAsset("src/activation/guard/paths.sh"),
    readAsset("src/activation/guard/users.sh"),
    ...orderedProfiles([profile]),
    readAsset("src/activation/guard/dry-activation.sh"),
  ].join("\n");
  return { words: ["sh", "-s"], stdin: script, asRoot: true, deadline };
}
