// What an install does to the disks of a machine, as it is now: shown and agreed to first, and made again in the installer.
import type { DiskMode, DiskPlan, DiskRefusal } from "../disk/disk-plan.ts";
import type { DevicePath } from "../disk/machine-disks.ts";
import { type DiskWish, planDisks } from "../disk/plan-disks.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import { diskProgram } from "./disk-program.ts";
import { refuseQuestions } from "./disko-answers.ts";
import type { HostInstallation } from "./host-installation.ts";
import type { InstallOptions } from "./install-options.ts";
import type { MachineFacts } from "./machine-facts.ts";

/**
 * The plan; null where nothing is done to disks, or where only a script knows what.
 *
 * @throws FlotillaError E_NOT_INSTALLABLE for a host without disks, and for questions of disko's that nobody could answer; E_DISK_LAYOUT
 */
export function planForInstall(
  options: InstallOptions,
  installation: HostInstallation,
  { disks, operatingSystem }: Pick<MachineFacts, "disks" | "operatingSystem">,
): DiskPlan | null {
  const { host, layout, mountPoint } = installation;
  if (!options.phases.includes("disko") || options.storePaths !== null) return null;
  if (layout === null) {
    throw new FlotillaError("E_NOT_INSTALLABLE", `${host.name}: its configuration declares no disks`, {
      host: host.name,
      hint: "declare disko.devices, with disko's module or flotilla's nixosModules.disks; or mount disks yourself, on /mnt in an installer, and give --phases install,reboot",
    });
  }
  refuseQuestions(options, installation);
  const goes = options.phases.includes("kexec") && (!operatingSystem.isInstaller || options.forceKexec);
  const wish: Omit<DiskWish, "wipe"> = {
    layout,
    machine: disks,
    mode: diskModeOf(options),
    root: mountPoint,
    runningSystem: goes ? "goes" : "stays",
    thenMount: true,
  };
  const named = ofHost(options.wipe, host.name);
  if (options.wipeAll || named.size === 0) return planDisks({ ...wish, wipe: "all" });
  const asNamed = planDisks({ ...wish, wipe: named });
  if (diskProgram(options, installation).kind === "flotilla") return asNamed;
  // disko wipes every disk that it may: those that are not named yet will be asked for. Those that are named have to be right.
  const all = planDisks({ ...wish, wipe: "all" });
  return { ...all, refusals: distinct([...all.refusals, ...asNamed.refusals]) };
}

const distinct = (refusals: readonly DiskRefusal[]): readonly DiskRefusal[] => [
  ...new Map(refusals.map((refusal) => [refusal.message, refusal])).values(),
];

function diskModeOf({ diskoMode }: Pick<InstallOptions, "diskoMode">): Exclude<DiskMode, "unmount"> {
  switch (diskoMode) {
    case "disko":
      return "wipe";
    case "format":
      return "create";
    case "mount":
      return "mount";
  }
}

/**
 * What was said for one host: its own `HOST:NAME` before the NAME that is for all.
 *
 * @example ofHost(new Map([["db:main", "/dev/vdb"], ["main", "/dev/vda"]]), "db") // main: /dev/vdb
 */
export function ofHost(given: ReadonlyMap<string, DevicePath>, host: string): ReadonlyMap<string, DevicePath> {
  const own = new Map<string, DevicePath>();
  for (const [name, device] of given) if (!name.includes(":")) own.set(name, device);
  for (const [name, device] of given) if (name.startsWith(`${host}:`)) own.set(name.slice(host.length + 1), device);
  return own;
}

/** @throws FlotillaError E_DISK_PLAN with everything that forbids it */
export function refusePlan({ refusals }: DiskPlan, host: HostName): void {
  const [first, ...others] = refusals;
  if (first === undefined) return;
  throw new FlotillaError("E_DISK_PLAN", first.message, {
    host,
    hint: first.hint,
    log: others.map(({ hint, message }) => `also: ${message}: ${hint}`),
  });
}
