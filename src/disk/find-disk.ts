// Which disk of the machine a disk of the layout is. Nothing is ever guessed: missing, ambiguous or unfit is a refusal.
import { devicesNamed } from "./block-devices.ts";
import { bytesInWords } from "./bytes-in-words.ts";
import type { DiskRefusal } from "./disk-plan.ts";
import type { Disk, DiskLayout } from "./layout.ts";
import type { BlockDevice, MachineDisks } from "./machine-disks.ts";

export interface FoundDisks {
  /** By the disk's name in the layout; those that were found. */
  readonly disks: ReadonlyMap<string, BlockDevice>;
  readonly refusals: readonly DiskRefusal[];
}

/** All disks of a layout on a machine; two that turn out to be one are refused. */
export function findDisks(layout: DiskLayout, machine: MachineDisks): FoundDisks {
  const disks = new Map<string, BlockDevice>();
  const refusals: DiskRefusal[] = [];
  for (const [name, disk] of Object.entries(layout.disk)) {
    const found = findDisk(disk, machine);
    if ("message" in found) {
      refusals.push(found);
      continue;
    }
    const [other] = [...disks].find(([, device]) => device.path === found.path) ?? [];
    if (other === undefined) {
      disks.set(name, found);
    } else {
      refusals.push({
        message: `the disks "${other}" and "${name}" of the layout are the same disk, ${found.path}`,
        hint: `give one of them another device: ${listDisks(machine)}`,
      });
    }
  }
  return { disks, refusals };
}

/** The disk that a disk of the layout means, or why there is none that it could be. */
export function findDisk(disk: Disk, machine: MachineDisks): BlockDevice | DiskRefusal {
  const refuse = (why: string): DiskRefusal => ({
    message: `disk "${disk.name}" of the layout: ${why}`,
    hint: `set disko.devices.disk.${disk.name}.device to one of: ${listDisks(machine)}`,
  });
  const found = devicesNamed(machine, disk.device);
  const [device] = found;
  if (device === undefined) return refuse(`the machine has no ${disk.device}`);
  if (found.length > 1) {
    return refuse(`${disk.device} is the name of several: ${found.map(({ path }) => path).join(", ")}`);
  }
  const shown = device.path === disk.device ? disk.device : `${disk.device} (${device.path})`;
  switch (device.kind) {
    case "partition":
      return refuse(`${shown} is a partition, not a disk`);
    case "rom":
      return refuse(`${shown} is a drive for discs that cannot be written`);
    case "crypt":
    case "lvm":
    case "raid":
      return refuse(`${shown} is made of other devices (${device.kind}); name the disks that it lies on`);
    case "disk":
    case "loop":
    case "other":
      break;
  }
  if (!machine.disks.some(({ path }) => path === device.path)) {
    return refuse(`${shown} is made of other devices; name the disks that it lies on`);
  }
  if (device.readOnly) return refuse(`${shown} is read-only`);
  // The commands that make the content name the content's device.
  const { content } = disk;
  if (content !== null && !devicesNamed(machine, content.device).some(({ path }) => path === device.path)) {
    return refuse(`its content is declared on another device, ${content.device}, and not on ${shown}`);
  }
  return device;
}

/**
 * Whether two readings, of before and after a reboot or kexec, are of the same disk. Kernel names are not compared:
 * they change. Where a disk has neither a serial number nor a WWN, its size, its model and where it is plugged in decide.
 */
export function sameDisk(one: BlockDevice, other: BlockDevice): boolean {
  if (one.size !== other.size || one.sectorSize !== other.sectorSize) return false;
  const differs = (a: string | null, b: string | null): boolean => a !== null && b !== null && a !== b;
  if (differs(one.serial, other.serial) || differs(one.wwn, other.wwn) || differs(one.model, other.model)) return false;
  const known = (a: string | null, b: string | null): boolean => a !== null && a === b;
  if (known(one.serial, other.serial) || known(one.wwn, other.wwn)) return true;
  if (one.serial !== other.serial || one.wwn !== other.wwn) return false;
  const places = (device: BlockDevice): readonly string[] =>
    device.links.filter((link) => link.startsWith("/dev/disk/by-path/"));
  const [here, there] = [places(one), places(other)];
  return here.length > 0 && there.length > 0
    ? here.some((place) => there.includes(place))
    : one.path === other.path && one.transport === other.transport;
}

/** The name of a disk that stays its own: by-id where there is one, of those the one with the model in it. */
export function lastingName(device: BlockDevice): string {
  const names = device.links.filter((link) => link.startsWith("/dev/disk/by-id/"));
  const spoken = names.find(
    (link) => !/\/(?:wwn|nvme-eui|nvme-uuid|nvme-nvme|scsi-\d|lvm-pv-uuid|dm-uuid)/u.test(link),
  );
  return spoken ?? names[0] ?? device.path;
}

/** @example "/dev/disk/by-id/virtio-S1 (/dev/vda, QEMU HARDDISK, serial S1, 8 GiB)" */
export function describeDisk(device: BlockDevice): string {
  const name = lastingName(device);
  const words = [
    ...(name === device.path ? [] : [device.path]),
    ...(device.model === null ? [] : [device.model]),
    ...(device.serial === null ? [] : [`serial ${device.serial}`]),
    bytesInWords(device.size),
  ];
  return `${name} (${words.join(", ")})`;
}

/** Disks that could be meant, for a hint. */
export function listDisks(machine: MachineDisks): string {
  const disks = machine.disks.filter(({ kind, readOnly }) => kind === "disk" && !readOnly);
  return disks.length === 0 ? "the machine has no disk that could be written" : disks.map(describeDisk).join("; ");
}
