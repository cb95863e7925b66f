// From what the command line says of a fleet to what the rooms want of it.
import { createHash } from "node:crypto";
import { availableParallelism, freemem } from "node:os";
import { join } from "node:path";
import type { FleetOptions } from "../cli/use-cases.ts";
import { findFlake } from "../fleet/find-flake.ts";
import { everyHost, parseSelection } from "../fleet/select.ts";
import type { FleetRequest } from "../fleet/read-fleet.ts";
import { openGcRoots } from "../nix/gc-roots.ts";
import { defaultWorkers } from "../nix/default-workers.ts";
import type { LockedFlake } from "../nix/locked-flake.ts";
import type { Nix } from "../nix/nix.ts";

/** Finds and locks the flake, and parses the selection: what is wrong with either is said before anything is done. */
export async function fleetRequest(
  { evaluationCache, flake, on }: FleetOptions,
  workers: number | null,
  nix: Nix,
  directory: string,
  signal: AbortSignal,
): Promise<FleetRequest> {
  const selection = on === null ? everyHost : parseSelection(on);
  return {
    flake: await nix.lockFlake(flake ?? findFlake(directory), signal),
    selection,
    useCache: evaluationCache,
    evaluationWorkers: workers ?? defaultWorkers(Infinity, availableParallelism(), freemem()),
  };
}

/**
 * Where the gc roots of a fleet are: beside its flake, or among our own state where that cannot be written; null where
 * that cannot either, which is no reason not to deploy. Nothing is written into a `path:` flake: all that lies there is
 * its source, and it would be another flake for the next evaluation.
 */
export async function rootsDirectory(
  { directory, locked, reference }: LockedFlake,
  state: string,
): Promise<string | null> {
  const elsewhere = join(state, "gcroots", createHash("sha256").update(reference).digest("hex").slice(0, 16));
  const beside = directory === null || locked.startsWith("path:") ? [] : [join(directory, ".gcroots")];
  for (const place of [...beside, elsewhere]) {
    try {
      await openGcRoots(place);
      return place;
    } catch {
      // Read-only, full, or not a directory: the next one.
    }
  }
  return null;
}
