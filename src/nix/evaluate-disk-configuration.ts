// Disks that a flake declares without a host, in `diskoConfigurations`, as disko's own command reads them.
import { z } from "zod";
import { readAsset } from "../assets.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import type { InstallationTools } from "./evaluate-installation.ts";
import type { FleetSource } from "./fleet-source.ts";
import { devicesReader } from "./forms/installation-reader.ts";
import { nixString } from "./nix-string.ts";
import { runReader } from "./run-reader.ts";

export interface DiskConfigurationRequest {
  readonly source: FleetSource;
  /** Its name in diskoConfigurations. */
  readonly name: HostName;
  /** Devices in place of those that are written there, by the names of the disks. */
  readonly disks: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
  readonly onLog: (line: string) => void;
}

export interface EvaluatedDisks {
  /** As it is written, without the defaults of options; parsed in disk/. null: it declares none. */
  readonly layout: unknown;
  /** Raw JSON, as in nix/eval/devices.nix. */
  readonly layoutReferences: unknown;
}

const Answer = z.object({ layout: z.unknown(), layoutReferences: z.unknown() });

/**
 * Evaluates `diskoConfigurations.<name>`, an attribute set or a function of `lib`, which is then that of the flake's first
 * NixOS configuration.
 *
 * @throws FlotillaError E_EVALUATION
 */
export async function evaluateDiskConfiguration(
  tools: InstallationTools,
  { disks, name, onLog, signal, source }: DiskConfigurationRequest,
): Promise<EvaluatedDisks> {
  const devices = [...disks].map(([disk, device]) => `${nixString(disk)} = ${nixString(device)};`).join(" ");
  const read = (lib: string, configurations: string): string =>
    `(${readAsset("nix/eval/disk-configurations.nix")}) ${devicesReader()} (${lib}) { ${devices} } (${configurations}) ${nixString(name)}`;
  const ofAll = `outputs: ${read(
    `let systems = builtins.attrValues (outputs.nixosConfigurations or { });
     in if systems == [ ] then null else (builtins.head systems).pkgs.lib`,
    `outputs.diskoConfigurations or (throw "it has no diskoConfigurations")`,
  )}`;
  const run = (attribute: string, reader: string): Promise<string> =>
    runReader(tools, { source, name, attribute, reader, signal, onLine: onLog });
  const output = await run(".", ofAll).catch((error: unknown) => {
    // All outputs can be named since Nix 2.19.
    if (!(error instanceof FlotillaError) || !error.log.some((line) => line.includes("does not provide attribute")))
      throw error;
    return run("diskoConfigurations", `configurations: ${read("null", "configurations")}`);
  });
  return Answer.parse(JSON.parse(output));
}
