// Whether the Nix daemon of a host takes unsigned store paths from the login user (checks/nix-trust.sh).
import { z } from "zod";
import { readAsset } from "../assets.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import type { Connection } from "../ssh/connection.ts";
import { hostRecords } from "./host-records.ts";

/** yes and no are the daemon's own word or its configuration's; unknown where neither says. */
export type NixTrust = "yes" | "no" | "unknown";

/** Milliseconds; the daemon may have to be started first. */
const deadline = 20_000;

/**
 * Asks a host whether its Nix daemon trusts the login user. Of use only where a copy is not made as root.
 *
 * @throws FlotillaError what the connection rejects with
 */
export async function nixTrust(connection: Pick<Connection, "run">, signal: AbortSignal): Promise<NixTrust> {
  const stdin = readAsset("src/checks/nix-trust.sh");
  const { stdout } = await connection.run({ words: ["sh", "-s"], stdin, asRoot: false, deadline }, { signal });
  return parseNixTrust(stdout);
}

const Answer = z.object({ info: z.string(), trusted_users: z.string(), user: z.string(), groups: z.string() });

/** `trusted` is a number in the releases before 2.20, and absent or null where the store cannot tell. */
const StoreInfo = z.object({
  trusted: z.union([z.boolean(), z.number().transform((trusted) => trusted !== 0)]).nullish(),
});

export function parseNixTrust(output: string): NixTrust {
  const answer = Answer.parse(Object.fromEntries(hostRecords(output, "flotilla-nix-trust-1")));
  const trusted = trustedByInfo(answer.info);
  if (trusted !== null) return trusted ? "yes" : "no";
  const listed = answer.trusted_users.split(/\s+/u).filter((name) => name !== "");
  if (listed.length === 0) return "unknown";
  const own = new Set(["*", answer.user, ...answer.groups.split(/\s+/u).map((group) => `@${group}`)]);
  return listed.some((name) => own.has(name)) ? "yes" : "no";
}

function trustedByInfo(info: string): boolean | null {
  try {
    return StoreInfo.parse(JSON.parse(info)).trusted ?? null;
  } catch {
    return null; // an older Nix: no JSON, or nothing at all
  }
}

/** The refusal for a host whose daemon would take nothing unsigned from us. */
export function untrusted(host: HostName): FlotillaError {
  return new FlotillaError(
    "E_UNSIGNED_PATHS",
    "the host's Nix daemon does not trust the login user with unsigned paths",
    {
      host,
      step: "check",
      hint: "one of: sudo without a password for it; nix.settings.trusted-users with it in; or sign the paths with a key of nix.settings.trusted-public-keys",
    },
  );
}
