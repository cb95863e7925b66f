// Machines for the tests of this room: devices with what a test cares for, and the rest as is usual.
import type { BlockDevice, DeviceGroup, MachineDisks, PartitionEntry } from "./machine-disks.ts";

export const GiB = 1024 ** 3;
export const MiB = 1024 ** 2;

/** A disk of 8 GiB that says nothing of itself. */
export function testDevice(path: string, given: Partial<BlockDevice> = {}): BlockDevice {
  return {
    path,
    links: [],
    kind: "disk",
    size: 8 * GiB,
    sectorSize: 512,
    readOnly: false,
    removable: false,
    model: null,
    serial: null,
    wwn: null,
    transport: "virtio",
    table: null,
    partition: null,
    signature: null,
    mountpoints: [],
    used: null,
    children: [],
    ...given,
  };
}

/** A disk with a GPT over these partitions. */
export function testDisk(
  path: string,
  children: readonly BlockDevice[],
  given: Partial<BlockDevice> = {},
): BlockDevice {
  const disk = testDevice(path, given);
  const lastSector = disk.size / disk.sectorSize - 34;
  return { ...disk, table: { type: "gpt", id: "disk-guid", firstSector: 34, lastSector }, children };
}

/** A partition from one MiB to another. */
export function testPartition(
  path: string,
  entry: Partial<PartitionEntry> & { readonly fromMiB: number; readonly toMiB: number },
  given: Partial<BlockDevice> = {},
): BlockDevice {
  const { fromMiB, toMiB, ...rest } = entry;
  const label = rest.label ?? null;
  return testDevice(path, {
    kind: "partition",
    size: (toMiB - fromMiB) * MiB,
    links: label === null ? [] : [`/dev/disk/by-partlabel/${label}`],
    partition: {
      number: Number(/\d+$/u.exec(path)?.[0] ?? 1),
      start: fromMiB * 2048,
      end: toMiB * 2048 - 1,
      type: "0fc63daf-8483-4772-8e79-3d69d8477de4",
      uuid: `uuid-of-${path}`,
      label,
      ...rest,
    },
    ...given,
  });
}

export const testMachine = (...disks: readonly BlockDevice[]): MachineDisks => ({ disks, groups: [], probed: true });

export function testGroup(kind: DeviceGroup["kind"], name: string, members: readonly string[]): DeviceGroup {
  return { kind, name, uuid: `uuid-of-${name}`, members, size: null, free: null, volumes: null };
}
