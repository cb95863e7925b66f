// Disks that a flake declares without a host, for the disk commands: parsed as those of a host are.
import type { DiskLayout } from "../disk/layout.ts";
import { readLayout } from "../disk/read-layout.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { DiskConfigurationRequest, EvaluatedDisks } from "../nix/evaluate-disk-configuration.ts";

/**
 * Evaluates `diskoConfigurations.<name>` and parses it; what its author left to the defaults of disko's options is filled in.
 *
 * @param evaluate evaluateDiskConfiguration of nix/, with its tools
 * @throws FlotillaError E_EVALUATION; E_DISK_LAYOUT naming the option
 */
export async function readDiskConfiguration(
  evaluate: (request: DiskConfigurationRequest) => Promise<EvaluatedDisks>,
  request: DiskConfigurationRequest,
): Promise<DiskLayout> {
  const { layout } = await evaluate(request);
  const where = `diskoConfigurations.${request.name}`;
  if (layout !== null) return readLayout(layout, `${where}.disko.devices`);
  throw new FlotillaError("E_DISK_LAYOUT", `${where} declares no disks`, { step: "evaluate" });
}
