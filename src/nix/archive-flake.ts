// Sends a flake and all of its inputs to a host, and gives the words that build from them there: for hosts that evaluate and
// build for themselves. Sources are named by their content, so that any user may bring them.
import { z } from "zod";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { Runner } from "../process/runner.ts";
import type { LockedFlake } from "./fleet-source.ts";
import { deadlines, nixCommand, overrideFlags } from "./nix-command.ts";
import { nixFailure } from "./nix-failure.ts";
import { nixString } from "./nix-string.ts";
import type { NixSettings } from "./nix.ts";
import { storeUri } from "./store-uri.ts";

const Archived = z.object({ path: z.string().regex(/^\/nix\/store\/[^/\s]+$/u) });

export interface ArchiveRequest {
  readonly flake: LockedFlake;
  /** Of the host, from Connection.nix. */
  readonly authority: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Resolves with the flake's own path in the store there. Rejects with E_FLAKE_LOCK, or what the table of Nix's errors knows. */
export async function archiveFlake(
  runner: Runner,
  settings: NixSettings,
  { authority, environment, flake, signal }: ArchiveRequest,
): Promise<string> {
  const words = ["flake", "archive", "--json", "--no-write-lock-file", ...overrideFlags(settings)];
  const to = ["--to", storeUri({ authority, elevation: [] }), flake.locked];
  const result = await runner.run(nixCommand(settings, [...words, ...to], deadlines.copy, environment), { signal });
  if (result.exitCode !== 0) {
    throw nixFailure(result, { fallback: "E_COPY", what: "the flake and its inputs were not sent", place: "there" });
  }
  const archived = Archived.safeParse(JSON.parse(result.stdout));
  if (archived.success) return archived.data.path;
  throw new FlotillaError("E_COPY", "nix flake archive answers in a form that is not known", { cause: archived.error });
}

/**
 * The call that builds there what an attribute of the archived flake is. Its lock file names the inputs by their content,
 * which is there: nothing is fetched.
 *
 * @param directory of the flake below its source; "" for the top
 */
export function buildArchivedWords(path: string, directory: string, attribute: readonly string[]): readonly string[] {
  const reference = directory === "" ? `path:${path}` : `path:${path}?dir=${encodeURIComponent(directory)}`;
  const features = ["--extra-experimental-features", "nix-command flakes"];
  const flags = ["--no-link", "--json", "--print-build-logs", "--no-write-lock-file"];
  return ["nix", ...features, "build", ...flags, `${reference}#${attribute.map(nixString).join(".")}`];
}
