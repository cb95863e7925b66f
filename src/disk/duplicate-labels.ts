// Partitions elsewhere on the machine that are called as one of the layout: /dev/disk/by-partlabel has one link for both.
import { allDevices, disksUnder } from "./block-devices.ts";
import type { DiskRefusal } from "./disk-plan.ts";
import { describeDisk } from "./find-disk.ts";
import type { DiskLayout, GptPartition } from "./layout.ts";
import type { BlockDevice, MachineDisks } from "./machine-disks.ts";
import { contentsOf } from "./walk-layout.ts";

/**
 * @param machine as it will be when the layout is made: without what is wiped before
 * @param disks those of the layout, by name
 * @param wiped paths of disks that will be blank
 */
export function duplicateLabels(
  layout: DiskLayout,
  machine: MachineDisks,
  disks: ReadonlyMap<string, BlockDevice>,
  wiped: ReadonlySet<string>,
): readonly DiskRefusal[] {
  const wanted = new Map<string, { readonly disk: string; readonly partition: GptPartition }>();
  for (const { content, owner } of contentsOf(layout)) {
    if (content.type !== "gpt" || owner.class !== "disk") continue;
    for (const partition of Object.values(content.partitions)) {
      // By its UUID a partition is found whatever it and others are called.
      if (partition.uuid === null) wanted.set(partition.label, { disk: owner.name, partition });
    }
  }
  return allDevices(machine).flatMap((device) => {
    const label = device.partition?.label ?? null;
    const same = label === null ? undefined : wanted.get(label);
    if (label === null || same === undefined) return [];
    const [under] = disksUnder(machine, device.path);
    // On its own disk it is the one that is meant, or comparing finds that there are two.
    if (under === undefined || wiped.has(under.path) || disks.get(same.disk)?.path === under.path) return [];
    return [
      {
        message: `${device.path} on ${describeDisk(under)} is called “${label}” as well as ${same.partition.name} of disk "${same.disk}": ${same.partition.device} could be either`,
        hint: `rename it (sgdisk --change-name=${device.partition?.number ?? 1}:OTHER ${under.path}), wipe that disk, or give the partition of the layout another label`,
      },
    ];
  });
}
