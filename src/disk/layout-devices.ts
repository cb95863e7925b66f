// Every device that a layout names: its disks, and what follows from them. No command on disks may name another.
import { numberedPartitions } from "./device-order.ts";
import type { DiskLayout } from "./layout.ts";
import { attributes, contentsOf } from "./walk-layout.ts";

/** Paths of disks, partitions, mapped devices, arrays, logical volumes, volumes of ZFS and file systems of several devices. */
export function layoutDevices(layout: DiskLayout): ReadonlySet<string> {
  return new Set([
    ...attributes(layout.disk).map(([, disk]) => disk.device),
    ...contentsOf(layout).flatMap(({ content }) => [
      content.device,
      ...(content.type === "luks" ? [`/dev/mapper/${content.name}`] : []),
      ...(content.type === "gpt" ? numberedPartitions(content).map(({ partition }) => partition.device) : []),
    ]),
    ...attributes(layout.mdadm).map(([, { name }]) => `/dev/md/${name}`),
    ...attributes(layout.lvm_vg).flatMap(([, group]) =>
      attributes(group.lvs).map(([, volume]) => `/dev/${group.name}/${volume.name}`),
    ),
    ...attributes(layout.zpool).flatMap(([, pool]) =>
      attributes(pool.datasets).flatMap(([, dataset]) =>
        dataset.type === "zfs_volume" ? [`/dev/zvol/${pool.name}/${dataset.name}`] : [],
      ),
    ),
    ...attributes(layout.bcachefs_filesystems).map(([, { uuid }]) => `/dev/disk/by-uuid/${uuid}`),
  ]);
}
