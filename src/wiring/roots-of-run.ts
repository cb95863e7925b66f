// Where the gc roots of a run are, and whose names they have.
import { createHash } from "node:crypto";
import { join, relative, resolve } from "node:path";
import type { DeployOptions } from "../cli/use-cases.ts";
import type { StepSettings } from "../deploy/step-settings.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { FleetSource } from "../nix/fleet-source.ts";
import { openGcRoots } from "../nix/gc-roots.ts";
import type { FleetOutline } from "../nix/nix.ts";

export interface RootPlaces {
  /** Where the operator is. */
  readonly directory: string;
  /** Our own. */
  readonly state: string;
  readonly warn: (message: string) => void;
}

/**
 * With --keep-result the links are where the users of the fleet's own tool look for them: colmena's `.gcroots/node-NODE`
 * beside the hive, deploy-rs's `.deploy-gc/NODE/PROFILE` below the working directory.
 *
 * @throws FlotillaError E_USAGE where what the operator asked for cannot be written
 */
export async function rootsOfRun(
  { keepResult, resultPath }: Pick<DeployOptions, "keepResult" | "resultPath">,
  { outline, source }: { readonly outline: Pick<FleetOutline, "members">; readonly source: FleetSource },
  { directory, state, warn }: RootPlaces,
): Promise<Pick<StepSettings, "rootNames" | "roots">> {
  const isDeployRs = outline.members.some(({ form }) => form === "deploy");
  const rootNames = !keepResult ? "own" : isDeployRs ? "deploy-rs" : "colmena";
  if (resultPath !== null) {
    const roots = resolve(directory, resultPath);
    if (isSource(source, roots)) {
      throw new FlotillaError("E_USAGE", `--result-path ${resultPath} is in the flake, all of which is its source`, {
        hint: "name a directory outside of it, or put the flake under git",
      });
    }
    return { rootNames, roots: await writable(roots, `--result-path ${resultPath}`) };
  }
  if (!keepResult) return { rootNames, roots: await usualRoots(source, state) };
  const roots = isDeployRs ? resolve(directory, ".deploy-gc") : join(source.directory ?? directory, ".gcroots");
  if (!isSource(source, roots)) return { rootNames, roots: await writable(roots, `--keep-result: ${roots}`) };
  const elsewhere = await usualRoots(source, state);
  const where = elsewhere === null ? "nowhere, as nothing can be written" : `in ${elsewhere}`;
  warn(`without git all that is beside the flake is its source; --keep-result keeps ${where}`);
  return { rootNames, roots: elsewhere };
}

/** All that lies in a `path:` flake is its source: written into, it would be another one for the next evaluation. */
const isSource = ({ directory, ...source }: FleetSource, place: string): boolean =>
  source.kind === "flake" &&
  source.locked.startsWith("path:") &&
  directory !== null &&
  !relative(directory, place).startsWith("..");

async function writable(roots: string, what: string): Promise<string> {
  try {
    await openGcRoots(roots);
    return roots;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FlotillaError("E_USAGE", `${what} cannot be written: ${reason}`, { cause: error });
  }
}

/**
 * Beside the flake, or among our own state where that cannot be; null where that cannot either, which is no reason not to deploy.
 */
async function usualRoots(source: FleetSource, state: string): Promise<string | null> {
  const { directory, reference } = source;
  const elsewhere = join(state, "gcroots", createHash("sha256").update(reference).digest("hex").slice(0, 16));
  const beside = directory === null || isSource(source, directory) ? [] : [join(directory, ".gcroots")];
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
