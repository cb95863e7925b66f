// What is going to happen to the disks of a machine, as data: pictures, confirmations, scripts and refusals are made of this.
import type { BlockDevice } from "./machine-disks.ts";

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

/** Why the plan is not carried out, and what to do about it. */
export interface DiskRefusal {
  readonly message: string;
  readonly hint: string;
}

export interface DiskPlan {
  readonly disks: readonly PlannedDisk[];
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
