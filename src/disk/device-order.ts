// In which order things are made: what lies on what comes after it. The order of devices and of partitions is disko's (lib/default.nix, types/gpt.nix),
// since arrays and pools are made of their members in the order in which these were made.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { Content, DiskLayout, Gpt, GptPartition, LogicalVolume, VolumeGroup } from "./layout.ts";
import { attributes, contentsOn, devicesOf, type DeviceName } from "./walk-layout.ts";

/** The group that a member is part of; null: it is no member. */
export function groupOf(content: Content): DeviceName | null {
  switch (content.type) {
    case "lvm_pv":
      return { class: "lvm_vg", name: content.vg };
    case "mdraid":
      return { class: "mdadm", name: content.name };
    case "zfs":
      return { class: "zpool", name: content.pool };
    case "bcachefs":
      return { class: "bcachefs_filesystems", name: content.filesystem };
    default:
      return null;
  }
}

export const sameDevice = (one: DeviceName, other: DeviceName): boolean =>
  one.class === other.class && one.name === other.name;

/**
 * All devices of the layout, each after those it is made of.
 * @throws FlotillaError E_DISK_LAYOUT where they are made of each other
 */
export function orderDevices(layout: DiskLayout): readonly DeviceName[] {
  const { cycle, order } = sortDevices(layout);
  if (cycle === null) return order;
  throw new FlotillaError("E_DISK_LAYOUT", `devices are made of each other: ${cycle.map(spoken).join(", of ")}`, {
    hint: "take one of them out of this ring",
  });
}

/** As a person names it: "disk main". */
export const spoken = ({ class: kind, name }: DeviceName): string => `${kind} ${name}`;

/** As orderDevices; where devices are made of each other, the ring of them. */
export function sortDevices(layout: DiskLayout): {
  readonly order: readonly DeviceName[];
  readonly cycle: readonly DeviceName[] | null;
} {
  const devices = devicesOf(layout);
  const needs = new Map<DeviceName, ReadonlySet<DeviceName>>(devices.map((device) => [device, new Set()]));
  for (const member of devices) {
    const groups = contentsOn(layout, member).flatMap(({ content }) => groupOf(content) ?? []);
    for (const group of devices.filter((device) => groups.some((one) => sameDevice(one, device)))) {
      needs.set(group, new Set([...(needs.get(group) ?? []), member]));
    }
  }
  const order: DeviceName[] = [];
  let waiting: readonly DeviceName[] = devices;
  while (waiting.length > 0) {
    const way = wayToFirst(waiting, needs);
    if (way.cycle !== null) return { order, cycle: way.cycle };
    order.push(way.first);
    waiting = way.others;
  }
  return { order, cycle: null };
}

type Way =
  | { readonly cycle: null; readonly first: DeviceName; readonly others: readonly DeviceName[] }
  | { readonly cycle: readonly DeviceName[] };

/**
 * From the first that waits to one that needs none of the others; those on the way go on waiting in front of the rest, nearest first. This order among
 * devices that do not need each other is nixpkgs' (lib.toposort), which disko uses.
 */
function wayToFirst(waiting: readonly DeviceName[], needs: ReadonlyMap<DeviceName, ReadonlySet<DeviceName>>): Way {
  let [here, ...rest] = waiting;
  let passed: readonly DeviceName[] = [];
  while (here !== undefined) {
    const needed = needs.get(here) ?? new Set();
    if (needed.has(here)) return { cycle: [here, here] };
    const back = passed.findIndex((device) => needed.has(device));
    if (back >= 0) return { cycle: [...passed.slice(0, back + 1).toReversed(), here, ...passed.slice(back, back + 1)] };
    const [next, ...alsoNeeded] = rest.filter((device) => needed.has(device));
    if (next === undefined) return { cycle: null, first: here, others: [...passed, ...rest] };
    passed = [here, ...passed];
    const others = rest.filter((device) => !needed.has(device));
    rest = [...alsoNeeded, ...others];
    here = next;
  }
  throw new Error("nothing waits");
}

/** A partition of a GPT with the number that it gets. */
export interface NumberedPartition {
  readonly number: number;
  /** Its attribute's name. */
  readonly attribute: string;
  readonly partition: GptPartition;
}

/** The partitions by priority, then by attribute name; they are numbered from 1 in this order. */
export const numberedPartitions = ({ partitions }: Gpt): readonly NumberedPartition[] =>
  attributes(partitions)
    .toSorted(([, one], [, other]) => one.priority - other.priority)
    .map(([attribute, partition], index) => ({ number: index + 1, attribute, partition }));

/** The logical volumes by priority, then by attribute name. */
export const orderedVolumes = ({ lvs }: VolumeGroup): readonly LogicalVolume[] =>
  attributes(lvs)
    .map(([, volume]) => volume)
    .toSorted((one, other) => one.priority - other.priority);
