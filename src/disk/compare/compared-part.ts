// How each thing that a layout declares stands on a machine: what verifying reports and what changing an installed machine goes by.
import type { DiskStep, PlannedPart } from "../disk-plan.ts";
import type { Content, DiskLayout } from "../layout.ts";
import { optionPath } from "../mistakes/mistake.ts";
import type { BlockDevice, MachineDisks } from "../machine-disks.ts";

export type Standing =
  /** It is there as the layout says. */
  | "same"
  /** It is not there. */
  | "missing"
  /** Its place is there, with nothing in it. */
  | "empty"
  /** It is there, and could be larger, as the layout says. */
  | "smaller"
  /** Something else is in its place, or it is there in another way. */
  | "other"
  /** It cannot be seen: in a device that is not open, in a group that is not active, in what is not mounted. */
  | "hidden";

export interface ComparedPart {
  /** The option that declares it: "disko.devices.disk.main.content.partitions.ESP". */
  readonly option: string;
  /** As a person names it: "partition ESP of /dev/vda". */
  readonly what: string;
  readonly standing: Standing;
  /** What is there instead, or why it cannot be seen; null where there is nothing to say. */
  readonly why: string | null;
  /** What makes it right without touching anything that is there; null: it cannot be made right so. Empty: nothing is to be done. */
  readonly make: readonly DiskStep[] | null;
  /** The disk whose table changes by it, and the part that is new or grown there. */
  readonly place: { readonly disk: string; readonly part: PlannedPart } | null;
}

/** What comparing needs to know. */
export interface Comparison {
  readonly layout: DiskLayout;
  readonly machine: MachineDisks;
  /** The disks of the layout that were found, by name. */
  readonly disks: ReadonlyMap<string, BlockDevice>;
  /** Where pools are mounted below while they are made. */
  readonly root: string;
}

/** A device at which something is declared: null where it is not there, or cannot be seen. */
export interface Spot {
  readonly option: string;
  readonly device: BlockDevice | null;
  readonly hidden: boolean;
}

export function part(
  option: string,
  what: string,
  standing: Standing,
  given: Partial<Pick<ComparedPart, "why" | "make" | "place">> = {},
): ComparedPart {
  return {
    option,
    what,
    standing,
    why: null,
    make: standing === "same" || standing === "hidden" ? [] : null,
    place: null,
    ...given,
  };
}

/** Whether nothing lies on a device, as far as a probe can tell. */
export const isBlank = (device: BlockDevice): boolean =>
  device.signature === null && device.table === null && device.children.length === 0;

/** What compares the content of a partition, a device or a volume; handed on, since each can lie in each. */
export type CompareContent = (comparison: Comparison, content: Content | null, spot: Spot) => readonly ComparedPart[];

/** An option below another, as the user writes it. */
export const within = (option: string, ...names: readonly string[]): string => `${option}.${optionPath(names)}`;

/** A path in the layout, as the user writes it. */
export const option = (path: readonly string[]): string => within("disko.devices", ...path);

/** Whether an option is the other, or lies within it. */
export const isWithin = (option: string, other: string): boolean => option === other || option.startsWith(`${other}.`);
