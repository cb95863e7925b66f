// How far earlier installs came on a machine, and what that means for this one.
import { readAsset } from "../assets.ts";
import { hostRecords } from "../checks/host-records.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { StorePath } from "../domain/store-path.ts";
import type { Connection } from "../ssh/connection.ts";
import type { HostInstallation } from "./host-installation.ts";
import { type InstallRecord, layoutDigest, parseRecord } from "./install-record.ts";
import type { InstallOptions } from "./install-options.ts";

/** What lies on the machine. */
export interface MachineStanding {
  /** Whether the disks of the new system are mounted in the installer. */
  readonly mounted: boolean;
  /** Of the system that is mounted there. */
  readonly installing: InstallRecord | null;
  /** Of the system that runs. */
  readonly installed: InstallRecord | null;
  readonly currentSystem: StorePath | null;
}

const deadline = 30_000;

/** @param root where the disks of the new system are mounted */
export async function askStanding(connection: Connection, root: string, signal: AbortSignal): Promise<MachineStanding> {
  const { stdout } = await connection.run(
    { words: ["sh", "-s", "--", root], stdin: readAsset("src/install/machine-standing.sh"), asRoot: true, deadline },
    { signal },
  );
  const records = new Map(hostRecords(stdout, "flotilla-standing-1"));
  return {
    mounted: records.get("mounted") === "yes",
    installing: parseRecord(records.get("installing") ?? ""),
    installed: parseRecord(records.get("installed") ?? ""),
    currentSystem: StorePath.safeParse(records.get("current_system")).data ?? null,
  };
}

/** Whether what runs on the machine is the very system that is to be installed. */
export const isInstalled = ({ currentSystem }: MachineStanding, { system }: HostInstallation): boolean =>
  currentSystem === system.path;

/** Whether the disks that are mounted were made by an install of the same host that did not come to its end. */
export const isUnfinished = ({ installing, mounted }: MachineStanding, installation: HostInstallation): boolean =>
  mounted &&
  installing !== null &&
  installing.host === installation.host.name &&
  installing.state !== "running" &&
  installing.layout === layoutDigest(installation.layout);

/**
 * A host that runs is not installed anew by a command that is given twice.
 *
 * @throws FlotillaError E_NOT_INSTALLABLE
 */
export function refuseRunningHost(
  { installed }: MachineStanding,
  { host }: HostInstallation,
  { reinstall }: Pick<InstallOptions, "reinstall">,
): void {
  if (reinstall || installed === null || installed.host !== host.name) return;
  throw new FlotillaError(
    "E_NOT_INSTALLABLE",
    `${host.name} runs on this machine already: run ${installed.run} installed it on ${installed.at.slice(0, 10)}`,
    {
      host: host.name,
      step: "check",
      hint: `flotilla deploy ${host.name} brings it to its present configuration; --reinstall wipes it`,
    },
  );
}
