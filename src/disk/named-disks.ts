// The disks that may be wiped: the very ones that the operator named, and that the layout means by these names. Nothing else is ever destroyed.
import { devicesNamed } from "./block-devices.ts";
import type { NamedDisk } from "./destroy-disks.ts";
import type { DiskRefusal } from "./disk-plan.ts";
import { describeDisk, lastingName, listDisks } from "./find-disk.ts";
import type { DiskLayout } from "./layout.ts";
import type { BlockDevice, DevicePath, MachineDisks } from "./machine-disks.ts";

/**
 * @param found the disks of the layout on this machine
 * @param wipe what the operator named; "all": every disk that the layout lets be wiped
 */
export function namedDisks(
  layout: DiskLayout,
  machine: MachineDisks,
  found: ReadonlyMap<string, BlockDevice>,
  wipe: ReadonlyMap<string, DevicePath> | "all",
): { readonly disks: readonly NamedDisk[]; readonly refusals: readonly DiskRefusal[] } {
  const disks: NamedDisk[] = [];
  const refusals: DiskRefusal[] = [];
  for (const [name, path] of wipe === "all" ? everyDisk(layout) : wipe) {
    const disk = Object.hasOwn(layout.disk, name) ? layout.disk[name] : undefined;
    const device = found.get(name);
    if (disk === undefined) {
      refusals.push({
        message: `the layout has no disk "${name}" that could be wiped`,
        hint: `its disks are ${Object.keys(layout.disk).join(", ") || "none"}`,
      });
    } else if (!disk.destroy) {
      refusals.push({
        message: `disk "${name}" is never to be wiped: its configuration says destroy = false`,
        hint: `leave out --wipe ${name}, or set disko.devices.disk.${name}.destroy = true`,
      });
    } else if (device !== undefined) {
      const refusal = wipe === "all" ? null : notTheSame(name, path, device, disk.device, machine);
      if (refusal === null) disks.push({ name, path: disk.device, device });
      else refusals.push(refusal);
    }
  }
  return { disks, refusals };
}

const everyDisk = (layout: DiskLayout): readonly (readonly [string, string])[] =>
  Object.entries(layout.disk).flatMap(([name, disk]) => (disk.destroy ? [[name, disk.device] as const] : []));

/** The operator and the configuration have to mean one disk; disks that changed places are found here. */
function notTheSame(
  name: string,
  path: string,
  device: BlockDevice,
  layoutPath: string,
  machine: MachineDisks,
): DiskRefusal | null {
  const meant = devicesNamed(machine, path);
  const [only] = meant;
  if (only === undefined) {
    return { message: `the machine has no ${path}, which is named to be wiped`, hint: `it has ${listDisks(machine)}` };
  }
  if (meant.length > 1) {
    return {
      message: `${path}, which is named to be wiped, is the name of several: ${meant.map((one) => one.path).join(", ")}`,
      hint: `name one of: ${listDisks(machine)}`,
    };
  }
  if (only.path === device.path) return null;
  const declared = layoutPath === lastingName(device) ? "" : `${layoutPath}, which is `;
  return {
    message: `disk "${name}" of the layout is ${declared}${describeDisk(device)}; named to be wiped is ${describeDisk(only)}`,
    hint: `if the layout is right: --wipe ${name}=${lastingName(device)}; if not, correct disko.devices.disk.${name}.device`,
  };
}
