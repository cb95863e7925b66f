// Where the gc roots of a run are, and whose names they have.
import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import type { DeployOptions } from "../cli/use-cases.ts";
import type { StepSettings } from "../deploy/step-settings.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { FleetRequest } from "../fleet/read-fleet.ts";
import type { FleetSource } from "../nix/fleet-source.ts";
import { openGcRoots } from "../nix/gc-roots.ts";

/**
 * With --keep-result the links are where the users of the fleet's own tool look for them: colmena's `.gcroots/node-NODE`
 * beside the hive, deploy-rs's `.deploy-gc/NODE/PROFILE` below the working directory.
 *
 * @throws FlotillaError E_USAGE where what the operator asked for cannot be written
 */
export async function rootsOfRun(
  { keepResult, resultPath }: Pick<DeployOptions, "keepResult" | "resultPath">,
  { outline, source }: Pick<FleetRequest, "outline" | "source">,
  state: string,
  directory: string,
): Promise<Pick<StepSettings, "rootNames" | "roots">> {
  const isDeployRs = outline.members.some(({ form }) => form === "deploy");
  const rootNames = !keepResult ? "own" : isDeployRs ? "deploy-rs" : "colmena";
  if (resultPath !== null) {
    const roots = resolve(directory, resultPath);
    return { rootNames, roots: await writable(roots, `--result-path ${resultPath}`) };
  }
  if (!keepResult) return { rootNames, roots: await usualRoots(source, state) };
  const roots = isDeployRs ? resolve(directory, ".deploy-gc") : join(source.directory ?? directory, ".gcroots");
  return { rootNames, roots: await writable(roots, `--keep-result: ${roots}`) };
}

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
 * Beside the flake, or among our own state where that cannot be written; null where that cannot either, which is no reason
 * not to deploy. Nothing is written unasked into a `path:` flake: all that lies there is its source, and it would be
 * another flake for the next evaluation.
 */
async function usualRoots(source: FleetSource, state: string): Promise<string | null> {
  const { directory, reference } = source;
  const isPath = source.kind === "flake" && source.locked.startsWith("path:");
  const elsewhere = join(state, "gcroots", createHash("sha256").update(reference).digest("hex").slice(0, 16));
  const beside = directory === null || isPath ? [] : [join(directory, ".gcroots")];
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
