// Taking named disks apart, down to blank ones, without touching any other: what cannot be done so is refused.
import { shellQuote } from "../domain/shell-quote.ts";
import { devicesInside, devicesOn, groupsOf, parentsOf } from "./block-devices.ts";
import type { DiskRefusal, DiskStep } from "./disk-plan.ts";
import { describeDisk } from "./find-disk.ts";
import { spokenName } from "./lost-lines.ts";
import type { BlockDevice, DeviceGroup, MachineDisks } from "./machine-disks.ts";

/** A disk that is to be wiped: as the layout calls and names it, and what it is. */
export interface NamedDisk {
  readonly name: string;
  /** The layout's path for it. */
  readonly path: string;
  readonly device: BlockDevice;
}

export interface Surroundings {
  readonly machine: MachineDisks;
  /** Below it lies what an install has mounted; all else that is mounted is the running system's. */
  readonly root: string;
  /** Whether the system that runs now will be gone when the steps are: then nothing of it is in the way. */
  readonly runningSystem: "stays" | "goes";
}

/** The steps, and what forbids them; where there are refusals the steps are not to be carried out. */
export function destroyDisks(
  wiped: readonly NamedDisk[],
  surroundings: Surroundings,
): { readonly steps: readonly DiskStep[]; readonly refusals: readonly DiskRefusal[] } {
  const inside = new Set(wiped.flatMap(({ device }) => devicesOn(device).map(({ path }) => path)));
  return {
    refusals: [...wiped.flatMap((disk) => inUse(disk, surroundings)), ...spanning(wiped, inside, surroundings.machine)],
    steps: [...leaveSteps(wiped, surroundings), ...wiped.map(wipeStep)],
  };
}

/** What the running system has mounted. Swap it can do without. */
function inUse({ device: disk, name }: NamedDisk, { root, runningSystem }: Surroundings): readonly DiskRefusal[] {
  if (runningSystem === "goes") return [];
  return devicesOn(disk).flatMap((device) => {
    const places = device.mountpoints.filter((place) => place !== "[SWAP]" && !isBelow(place, root));
    if (places.length === 0) return [];
    return [
      {
        message: `disk "${name}" (${disk.path}) is in use: ${spokenName(device)} is mounted on ${places.join(", ")}`,
        hint: places.includes("/")
          ? "the running system lies on it: install over kexec, or boot an installer"
          : `unmount it first: umount ${shellQuote(places)}`,
      },
    ];
  });
}

/** Groups and devices with a part on a disk that is kept. */
function spanning(
  wiped: readonly NamedDisk[],
  inside: ReadonlySet<string>,
  machine: MachineDisks,
): readonly DiskRefusal[] {
  const kept = machine.disks.filter(({ path }) => !inside.has(path));
  const diskOf = (path: string): string => {
    const disk = kept.find((one) => devicesOn(one).some((device) => device.path === path));
    return disk === undefined ? path : describeDisk(disk);
  };
  const refuse = (what: string, outside: readonly string[]): DiskRefusal => ({
    message: `${what} spans ${[...new Set(outside.map(diskOf))].join(" and ")}, which is kept`,
    hint: "wipe that disk as well, or take what spans both apart first",
  });
  const devices = wiped.flatMap(({ device }) => devicesOn(device));
  const groups = new Set(devices.flatMap(({ path }) => groupsOf(machine, path)));
  const ofGroups = [...groups].flatMap((group) => {
    // A member in brackets is missing: it lies on no disk of this machine.
    const outside = group.members.filter((member) => !inside.has(member) && !member.startsWith("["));
    return outside.length === 0 ? [] : [refuse(groupInWords(group), outside)];
  });
  if (ofGroups.length > 0) return ofGroups;
  // What no group tells of: multipath, and members that nobody could read.
  return [...new Map(devices.map((device) => [device.path, device] as const)).values()].flatMap((device) => {
    const outside = parentsOf(machine, device.path).filter(({ path }) => !inside.has(path));
    return outside.length === 0
      ? []
      : [
          refuse(
            spokenName(device),
            outside.map(({ path }) => path),
          ),
        ];
  });
}

function groupInWords({ kind, name }: DeviceGroup): string {
  switch (kind) {
    case "lvm":
      return `volume group "${name}"`;
    case "raid":
      return `array "${name}"`;
    case "zfs":
      return `pool "${name}"`;
    case "btrfs":
    case "bcachefs":
      return `the ${kind} file system "${name}"`;
  }
}

/** A step a disk that has something on it: no longer swapped to, mounted, imported or open. */
function leaveSteps(wiped: readonly NamedDisk[], { machine, root }: Surroundings): readonly DiskStep[] {
  const done = new Set<string>();
  const once = (command: readonly string[]): readonly string[] => {
    const line = shellQuote(command);
    if (done.has(line)) return [];
    done.add(line);
    return [line];
  };
  return wiped.flatMap(({ device: disk, name, path }): readonly DiskStep[] => {
    const devices = devicesOn(disk);
    const mounts = devices
      .flatMap(({ mountpoints }) => mountpoints)
      .filter((place) => isBelow(place, root))
      .toSorted((one, other) => other.length - one.length);
    const swaps = devices.filter(({ mountpoints }) => mountpoints.includes("[SWAP]"));
    const pools = devices.flatMap((device) => groupsOf(machine, device.path)).filter(({ kind }) => kind === "zfs");
    const made = devicesInside(disk).filter(({ kind }) => kind !== "partition");
    const commands = [
      ...swaps.flatMap((device) => once(["leave_swap", device.path])),
      ...mounts.flatMap((place) => once(["leave_mount", place])),
      ...pools.flatMap((pool) => once(["leave_pool", pool.name])),
      ...made
        .filter((device) => !isVolumeOfPool(device))
        .flatMap((device) => once(["take_apart", device.kind, device.path])),
    ];
    if (commands.length === 0) return [];
    return [
      {
        kind: "destroy",
        title: `close what is on disk ${name} (${disk.path})`,
        device: path,
        commands: [shellQuote(["still", path, disk.path, String(disk.size)]), ...commands],
      },
    ];
  });
}

/** It goes with its pool. */
const isVolumeOfPool = (device: BlockDevice): boolean => device.links.some((link) => link.startsWith("/dev/zvol/"));

function wipeStep({ device: disk, name, path }: NamedDisk): DiskStep {
  // Logical partitions lie in an extended one: the last first.
  const partitions = disk.children.filter(({ kind }) => kind === "partition").toReversed();
  return {
    kind: "destroy",
    title: `wipe disk ${name} (${disk.path})`,
    device: path,
    commands: [
      shellQuote(["still", path, disk.path, String(disk.size)]),
      // Whoever holds a partition holds the disk; asking for a disk with partitions makes some kernels read its table anew.
      shellQuote(["idle", ...(partitions.length === 0 ? [disk] : partitions).map((device) => device.path)]),
      ...[...partitions, disk].map((device) => shellQuote(["wipe", device.path, String(device.size)])),
      shellQuote(["forget_partitions", disk.path]),
    ],
  };
}

/** Whether a mount point is the directory or below it. */
export const isBelow = (place: string, directory: string): boolean =>
  directory === "/" ? place.startsWith("/") : place === directory || place.startsWith(`${directory}/`);
