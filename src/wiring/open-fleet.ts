// From what the command line says of a fleet to what the rooms want of it.
import { availableParallelism, freemem } from "node:os";
import type { FleetOptions } from "../cli/use-cases.ts";
import { findFleet, namedFleet } from "../fleet/find-fleet.ts";
import { type FleetSettings, fleetSettings } from "../fleet/fleet-settings.ts";
import type { FleetRequest } from "../fleet/read-fleet.ts";
import { defaultWorkers } from "../nix/default-workers.ts";
import type { FleetSource } from "../nix/fleet-source.ts";
import type { Nix } from "../nix/nix.ts";
import { nameDestinations } from "../rebuild/destination.ts";
import { machineTarget } from "../rebuild/machine.ts";
import { hostKnowledge } from "./host-knowledge.ts";
import { readSelection } from "./read-selection.ts";
import type { Tools } from "./tools.ts";

export interface OpenFleet {
  readonly request: FleetRequest;
  /** With what the fleet itself says of how it is built, such as a hive's machinesFile. */
  readonly nix: Nix;
  readonly settings: FleetSettings;
}

/** Finds, locks and outlines the fleet, and parses the selection: what is wrong with any is said before anything is done. */
export async function openFleet(
  options: FleetOptions,
  workers: number | null,
  tools: Tools,
  directory: string,
  signal: AbortSignal,
): Promise<OpenFleet> {
  const { evaluationCache, flake, form } = options;
  if (options.askSudoPassword === true) await tools.askElevationPassword();
  const readStdin = (): Promise<string> => tools.readStdin();
  const selection = await readSelection(options, directory, readStdin);
  const nix = tools.nix(options.nix);
  const source = await fleetSource(flake, nix, directory, signal);
  const outline = await nix.outline({ source, form, useCache: evaluationCache, signal });
  const settings = fleetSettings(outline);
  const { addresses } = options.overrides;
  const names = outline.members.map(({ name }) => name);
  const meant = await nameDestinations({ ...options, addresses }, names, (address) =>
    tools.hostnameAt(machineTarget(address), signal),
  );
  const { machinesFile } = settings;
  const builders = machinesFile === null ? [] : [["builders", `@${machinesFile}`] as const];
  return {
    request: {
      source,
      outline,
      selection: meant.on === options.on ? selection : await readSelection(meant, directory, readStdin),
      knowledge: hostKnowledge(tools, signal),
      overrides: { ...options.overrides, addresses: meant.addresses },
      useCache: evaluationCache,
      mostPerProcess: options.mostPerProcess,
      evaluationWorkers: workers ?? defaultWorkers(Infinity, availableParallelism(), freemem()),
    },
    // The operator's own word comes last, and wins.
    nix: builders.length === 0 ? nix : tools.nix({ ...options.nix, options: [...builders, ...options.nix.options] }),
    settings,
  };
}

/** What the operator named, or the nearest fleet; a file of Nix where it is no flake. */
export async function fleetSource(
  given: string | null,
  nix: Nix,
  directory: string,
  signal: AbortSignal,
): Promise<FleetSource> {
  const found = given === null ? findFleet(directory) : namedFleet(given, directory);
  return found.kind === "flake"
    ? nix.lockFlake(found.reference, signal)
    : nix.configurationFile(found.reference, signal);
}
