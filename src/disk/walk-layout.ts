// A layout as the list of all its contents, each with the place where the configuration declares it.
import type { Content, DiskLayout } from "./layout.ts";

/** The kinds of things that a layout declares, named as its options are. */
export type DeviceClass = keyof DiskLayout;

/** One of them, by its attribute's name. */
export interface DeviceName {
  readonly class: DeviceClass;
  readonly name: string;
}

export interface PlacedContent {
  readonly content: Content;
  /** The option below disko.devices: ["disk", "main", "content", "partitions", "root", "content"]. */
  readonly path: readonly string[];
  /** What it lies on in the end: a disk, an array, a group or a pool. */
  readonly owner: DeviceName;
  readonly on: "disk" | "array" | "luks" | "partition" | "volume";
}

/** What each class holds, outside before inside, in the order of attribute names. */
export function contentsOf(layout: DiskLayout): readonly PlacedContent[] {
  return devicesOf(layout).flatMap((owner) => contentsOn(layout, owner));
}

/** All that is declared, in the order of class and attribute names. */
export function devicesOf(layout: DiskLayout): readonly DeviceName[] {
  return deviceClasses.flatMap((kind) =>
    Object.keys(layout[kind])
      .toSorted(byBytes)
      .map((name) => ({ class: kind, name })),
  );
}

/** In the order of their names, as Nix has it. */
export const deviceClasses = [
  "bcachefs_filesystems",
  "disk",
  "lvm_vg",
  "mdadm",
  "nodev",
  "zpool",
] as const satisfies readonly DeviceClass[];

/** Names as Nix orders them: by their bytes. */
export const byBytes = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));

/** The attributes of a set in the order in which Nix has them. */
export const attributes = <T>(set: Readonly<Record<string, T>>): readonly (readonly [string, T])[] =>
  Object.entries(set).toSorted(([one], [other]) => byBytes(one, other));

/** The contents on one of them. */
export function contentsOn(layout: DiskLayout, owner: DeviceName): readonly PlacedContent[] {
  const top = [owner.class, owner.name];
  switch (owner.class) {
    case "disk":
      return below(layout.disk[owner.name]?.content, [...top, "content"], owner, "disk");
    case "mdadm":
      return below(layout.mdadm[owner.name]?.content, [...top, "content"], owner, "array");
    case "lvm_vg":
      return attributes(layout.lvm_vg[owner.name]?.lvs ?? {}).flatMap(([name, volume]) =>
        below(volume.content, [...top, "lvs", name, "content"], owner, "volume"),
      );
    case "zpool":
      return attributes(layout.zpool[owner.name]?.datasets ?? {}).flatMap(([name, dataset]) =>
        dataset.type === "zfs_volume"
          ? below(dataset.content, [...top, "datasets", name, "content"], owner, "volume")
          : [],
      );
    case "bcachefs_filesystems":
    case "nodev":
      return [];
  }
}

function below(
  content: Content | null | undefined,
  path: readonly string[],
  owner: DeviceName,
  on: PlacedContent["on"],
): readonly PlacedContent[] {
  if (content === null || content === undefined) return [];
  return [{ content, path, owner, on }, ...inside(content, path, owner)];
}

function inside(content: Content, path: readonly string[], owner: DeviceName): readonly PlacedContent[] {
  switch (content.type) {
    case "gpt":
      return attributes(content.partitions).flatMap(([name, partition]) =>
        below(partition.content, [...path, "partitions", name, "content"], owner, "partition"),
      );
    case "table":
      return content.partitions.flatMap((partition, index) =>
        below(partition.content, [...path, "partitions", String(index), "content"], owner, "partition"),
      );
    case "luks":
      return below(content.content, [...path, "content"], owner, "luks");
    case "filesystem":
    case "btrfs":
    case "swap":
    case "lvm_pv":
    case "mdraid":
    case "zfs":
    case "bcachefs":
      return [];
  }
}
