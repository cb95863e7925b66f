// What is going to happen to the disks of a machine, as data: pictures, confirmations, scripts and refusals are made of this.
import type { BlockDevice, DeviceGroup } from "./machine-disks.ts";

/** One step: what a person reads, and the commands that do it. Ordered by what depends on what. */
export interface DiskStep {
  readonly kind: "destroy" | "create" | "change" | "mount" | "unmount" | "hook";
  /** e.g. "partition /dev/vda", "format /dev/vda1 as vfat". */
  readonly title: string;
  /** The device that it writes to, as the layout names it; null: none (a hook, a mount of tmpfs). */
  readonly device: string | null;
  /** Lines of POSIX sh, each complete and quoted; the first that fails ends the script. */
  readonly commands: readonly string[];
}

/** A disk of the layout, found on the machine. */
export interface PlannedDisk {
  /** Its name in the layout. */
  readonly name: string;
  readonly device: BlockDevice;
  readonly fate: "wiped" | "changed" | "kept";
  /** What is lost, one line each: "/dev/vda2 ext4 “data”, 3.2 GiB in use, mounted on /home". */
  readonly lost: readonly string[];
  readonly keptParts: readonly string[];
  /** What of it is where afterwards; in bytes, in the order of the disk. */
  readonly after: readonly PlannedPart[];
}

export interface PlannedPart {
  /** e.g. "ESP", or "free". */
  readonly name: string;
  readonly start: number;
  readonly size: number;
  /** e.g. ["vfat /boot"], ["luks crypted", "lvm pool", "ext4 /"]: from the outside in. */
  readonly content: readonly string[];
  readonly fate: "new" | "kept" | "grown" | "free";
}

/** What several devices are made into: an array, a volume group, a pool. disk/planned-groups.ts reads them from the layout. */
export interface PlannedGroup {
  readonly kind: DeviceGroup["kind"];
  readonly name: string;
  /** "raid1", "raidz2 × 2", …; null: it has none. */
  readonly level: string | null;
  /** The disks by their names in the layout, with the PlannedPart of each; null: the whole disk. */
  readonly members: readonly { readonly disk: string; readonly part: string | null }[];
  readonly volumes: readonly PlannedVolume[];
}

/** A logical volume, a dataset, a partition of an array, or, without a name, the array itself. */
export interface PlannedVolume {
  readonly name: string | null;
  /** As the layout says it: "10G", "100%FREE"; null: as it needs. */
  readonly size: string | null;
  /** As PlannedPart has it. */
  readonly content: readonly string[];
}

/** Why the plan is not carried out, and what to do about it. */
export interface DiskRefusal {
  readonly message: string;
  readonly hint: string;
}

export interface DiskPlan {
  readonly disks: readonly PlannedDisk[];
  /** Of the layout, as they will be. */
  readonly groups: readonly PlannedGroup[];
  /** Disks of the machine that the layout does not name: nothing happens to them. */
  readonly untouched: readonly BlockDevice[];
  /** Not empty: nothing of it may be carried out. */
  readonly refusals: readonly DiskRefusal[];
  /** Nothing to do: the disks are as the layout says. */
  readonly settled: boolean;
  readonly steps: readonly DiskStep[];
}

/** What may be done to the disks. */
export type DiskMode =
  /** Wipes the named disks, then makes everything on them. */
  | "wipe"
  /** Makes what is not there, in free space, and changes nothing that is there. */
  | "create"
  /** Opens and mounts what is there. */
  | "mount"
  | "unmount";
