// Layout -> the steps that make it: each thing after what it is made of, in disko's order. Pure; nothing of the machine is asked here, since each step
// asks, where it runs, what is there already.
import { FlotillaError } from "../../domain/flotilla-error.ts";
import { groupOf, numberedPartitions, orderDevices, orderedVolumes, sameDevice, spoken } from "../device-order.ts";
import type { DiskStep } from "../disk-plan.ts";
import type { BcachefsMember, Content, DiskLayout } from "../layout.ts";
import { attributes, contentsOn, type DeviceName } from "../walk-layout.ts";
import { createBtrfs, createFilesystem, createSwap } from "./file-systems.ts";
import { createGpt } from "./gpt.ts";
import { createArray, createBcachefs, createPhysicalVolume, createVolumeGroup } from "./groups.ts";
import { withHooks } from "./hooks.ts";
import { createLegacyTable } from "./legacy-table.ts";
import { createLuks } from "./luks.ts";
import { createDataset, createPool } from "./zpool.ts";

/**
 * The steps that make everything the layout declares. On disks that were emptied they make it; where something of it is there already, exactly as the
 * layout has it, it is left alone; anything else there ends the script before it is touched.
 *
 * @param root where pools are mounted below: "/mnt"
 * @throws FlotillaError E_DISK_LAYOUT for what readLayout refuses
 * @example diskScript(createSteps(layout, "/mnt"))
 */
export function createSteps(layout: DiskLayout, root: string): readonly DiskStep[] {
  return orderDevices(layout).flatMap((name) => stepsOfDevice(layout, name, root));
}

/** The steps of one device, with all that lies on it. */
export function stepsOfDevice(
  layout: DiskLayout,
  { class: kind, name }: DeviceName,
  root: string,
): readonly DiskStep[] {
  const members = membersOf(layout, { class: kind, name });
  switch (kind) {
    case "disk": {
      const disk = layout.disk[name];
      return disk === undefined ? [] : withHooks(disk, contentSteps(disk.content));
    }
    case "mdadm": {
      const array = layout.mdadm[name];
      if (array === undefined) return [];
      return withHooks(array, [createArray(array, devicesOf(members)), ...contentSteps(array.content)]);
    }
    case "lvm_vg": {
      const group = layout.lvm_vg[name];
      if (group === undefined) return [];
      return withHooks(group, [
        ...createVolumeGroup(group, devicesOf(members)),
        ...orderedVolumes(group).flatMap((volume) => contentSteps(volume.content)),
      ]);
    }
    case "zpool": {
      const pool = layout.zpool[name];
      if (pool === undefined) return [];
      const datasets = attributes(pool.datasets).flatMap(([, dataset]) =>
        withHooks(dataset, [
          createDataset(pool, dataset),
          ...(dataset.type === "zfs_volume" ? contentSteps(dataset.content) : []),
        ]),
      );
      const devices = members.map(({ content, owner }) => ({ disk: owner.name, device: content.device }));
      return withHooks(pool, [createPool(pool, devices, root), ...datasets]);
    }
    case "bcachefs_filesystems": {
      const filesystem = layout.bcachefs_filesystems[name];
      if (filesystem === undefined) return [];
      return withHooks(
        filesystem,
        createBcachefs(
          filesystem,
          members.flatMap(({ content }) => bcachefsMember(content)),
        ),
      );
    }
    case "nodev":
      // Nothing of it is on a disk.
      return [];
  }
}

/** What makes a content with all that lies in it; a group that it is part of is no part of it. */
export function contentSteps(content: Content | null): readonly DiskStep[] {
  if (content === null) return [];
  switch (content.type) {
    case "gpt":
      return withHooks(content, [
        createGpt(content),
        ...numberedPartitions(content).flatMap(({ partition }) => contentSteps(partition.content)),
      ]);
    case "table":
      return withHooks(content, [
        createLegacyTable(content),
        ...content.partitions.flatMap((partition) => contentSteps(partition.content)),
      ]);
    case "filesystem":
      return withHooks(content, [createFilesystem(content)]);
    case "btrfs":
      return withHooks(content, createBtrfs(content));
    case "swap":
      return withHooks(content, createSwap(content));
    case "luks":
      return withHooks(content, [...createLuks(content), ...contentSteps(content.content)]);
    case "lvm_pv":
      return withHooks(content, [createPhysicalVolume(content)]);
    case "mdraid":
    case "zfs":
    case "bcachefs":
      // It is written when the group is made.
      return withHooks(content, []);
  }
}

interface Member {
  readonly content: Content;
  readonly owner: DeviceName;
}

/** In the order in which they are made. */
function membersOf(layout: DiskLayout, group: DeviceName): readonly Member[] {
  if (group.class === "disk" || group.class === "nodev") return [];
  const members = orderDevices(layout).flatMap((owner) =>
    inCreationOrder(layout, owner).flatMap((content) => {
      const of = groupOf(content);
      return of !== null && sameDevice(of, group) ? [{ content, owner }] : [];
    }),
  );
  if (members.length > 0) return members;
  throw new FlotillaError("E_DISK_LAYOUT", `nothing in the layout is part of ${spoken(group)}`, {
    hint: "declare a content with its name, or take it out",
  });
}

/** The contents on a device as contentSteps goes through them: partitions and volumes by priority. */
function inCreationOrder(layout: DiskLayout, owner: DeviceName): readonly Content[] {
  const inside = (content: Content | null): readonly Content[] => {
    if (content === null) return [];
    switch (content.type) {
      case "gpt":
        return numberedPartitions(content).flatMap(({ partition }) => inside(partition.content));
      case "table":
        return content.partitions.flatMap((partition) => inside(partition.content));
      case "luks":
        return inside(content.content);
      default:
        return [content];
    }
  };
  if (owner.class === "disk") return inside(layout.disk[owner.name]?.content ?? null);
  if (owner.class === "mdadm") return inside(layout.mdadm[owner.name]?.content ?? null);
  const group = owner.class === "lvm_vg" ? layout.lvm_vg[owner.name] : undefined;
  if (group !== undefined) return orderedVolumes(group).flatMap((volume) => inside(volume.content));
  return contentsOn(layout, owner).map(({ content }) => content);
}

const devicesOf = (members: readonly Member[]): readonly string[] => members.map(({ content }) => content.device);

const bcachefsMember = (content: Content): readonly BcachefsMember[] => (content.type === "bcachefs" ? [content] : []);
