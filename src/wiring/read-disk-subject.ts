// Whose disks they are: a host of the fleet with its layout, or a layout that the flake has for no host (diskoConfigurations).
import { hostname } from "node:os";
import type { DiskOptions } from "../cli/use-cases.ts";
import type { DiskLayout } from "../disk/layout.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { HostName } from "../domain/host-name.ts";
import type { StorePath } from "../domain/store-path.ts";
import type { Host } from "../fleet/fleet.ts";
import { didYouMean } from "../fleet/nearest-name.ts";
import { readDiskConfiguration } from "../install/read-disk-configuration.ts";
import { readInstallation } from "../install/read-installation.ts";
import { evaluateDiskConfiguration } from "../nix/evaluate-disk-configuration.ts";
import { evaluateInstallation } from "../nix/evaluate-installation.ts";
import { fleetSource, openFleet } from "./open-fleet.ts";
import type { Viewpoint } from "./visit.ts";

export interface DiskSubject {
  readonly name: HostName;
  readonly layout: DiskLayout;
  /** Where an installer mounts the disks. */
  readonly mountPoint: string;
  /** What hooks and key files of the layout name in the store. */
  readonly paths: readonly StorePath[];
  /** null: only its disks are known. */
  readonly host: Host | null;
}

/**
 * Evaluates what the operator has named.
 *
 * @throws FlotillaError E_SELECTION where there is none of that name, E_NOT_INSTALLABLE for a host without disks, and what reading ends in
 */
export async function readDiskSubject(options: DiskOptions, view: Viewpoint): Promise<DiskSubject> {
  const { directory, onWarning, signal, tools } = view;
  const name = options.host ?? nameOfThisMachine();
  const fleet = await openFleet({ ...options, on: name }, 1, tools, directory, signal).catch(async (error: unknown) => {
    if (!(error instanceof FlotillaError) || error.code !== "E_NO_FLEET") throw error;
    // A flake may well have nothing but disks.
    const source = await fleetSource(options.flake, tools.nix(options.nix), directory, signal);
    return { request: { source, outline: { members: [], plain: null }, overrides: options.overrides } };
  });
  const { outline, overrides, source } = fleet.request;
  const evaluation = { runner: tools.runner, settings: options.nix };
  const common = { source, disks: options.disks, signal, onLog: () => {} };
  const member = outline.members.find((one) => one.name === name);
  if (member === undefined) {
    const layout = await readDiskConfiguration((wanted) => evaluateDiskConfiguration(evaluation, wanted), {
      ...common,
      name,
    }).catch((error: unknown) => {
      const known = outline.members.map((one) => one.name);
      throw isMissing(error) ? unknownName(name, known, options.host === null) : error;
    });
    return { name, layout, mountPoint: "/mnt", paths: [], host: null };
  }
  const { host, layout, layoutReferences, mountPoint } = await readInstallation(
    (wanted) => evaluateInstallation(evaluation, wanted),
    { ...common, member, outline, overrides, onWarning },
  );
  if (layout !== null) return { name, layout, mountPoint, paths: layoutReferences.paths, host };
  throw new FlotillaError("E_NOT_INSTALLABLE", `${name}: its configuration declares no disks`, {
    host: name,
    hint: "declare disko.devices, with disko's module or with flotilla's nixosModules.disks",
  });
}

/** There is no such layout, which is another thing than one with a mistake in it. */
function isMissing(error: unknown): boolean {
  if (!(error instanceof FlotillaError) || error.code !== "E_EVALUATION") return false;
  const said = [error.message, ...error.log].join("\n");
  return /has no diskoConfigurations|diskoConfigurations has no |does not provide attribute/u.test(said);
}

function unknownName(name: HostName, known: readonly string[], isOwn: boolean): FlotillaError {
  const near = didYouMean(name, known) ?? (known.length === 0 ? "" : `its hosts are ${known.join(", ")}`);
  const own = isOwn ? "this machine is called so: name the host that it is" : "";
  const hint = [own, near].filter((words) => words !== "").join("; ");
  return new FlotillaError("E_SELECTION", `there is no host ${name}, and no diskoConfigurations.${name}`, {
    hint: hint === "" ? undefined : hint,
  });
}

function nameOfThisMachine(): HostName {
  const name = HostName.safeParse(hostname());
  if (name.success) return name.data;
  throw new FlotillaError("E_USAGE", `this machine calls itself "${hostname()}", which can be no host's name`, {
    hint: "name the host that it is: flotilla disk plan --local HOST",
  });
}
