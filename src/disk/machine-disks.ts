// What a machine has in block devices, and what lies on them: read once, by one script (disk/read-disks.sh), as any Linux can tell it.
import { z } from "zod";

/** One block device: a whole disk, a partition, a mapped device, an array, a logical volume. Sizes in bytes. */
export interface BlockDevice {
  /** As the kernel calls it: /dev/vda1, /dev/dm-0. */
  readonly path: string;
  /** All other names: /dev/disk/by-id/…, /dev/disk/by-partlabel/…, /dev/mapper/…, /dev/pool/root. */
  readonly links: readonly string[];
  readonly kind: "disk" | "partition" | "crypt" | "lvm" | "raid" | "loop" | "rom" | "other";
  readonly size: number;
  /** Of a logical sector. */
  readonly sectorSize: number;
  readonly readOnly: boolean;
  readonly removable: boolean;
  readonly model: string | null;
  readonly serial: string | null;
  readonly wwn: string | null;
  /** nvme, sata, virtio, usb, … */
  readonly transport: string | null;
  /** Of a whole disk. */
  readonly table: PartitionTable | null;
  /** Of a partition. */
  readonly partition: PartitionEntry | null;
  /** What a probe of its first bytes finds: the file system, or the member of what. */
  readonly signature: Signature | null;
  /** Where it is mounted now; "[SWAP]" where it is swapped to. */
  readonly mountpoints: readonly string[];
  /** Bytes in use, where it is mounted. */
  readonly used: number | null;
  /** What is made of it: its partitions, the mapped device on it, arrays and volumes it is part of. */
  readonly children: readonly BlockDevice[];
}

export interface PartitionTable {
  readonly type: "gpt" | "dos";
  /** GUID of the disk, or its 32 bits in hex. */
  readonly id: string | null;
  /** Sectors that partitions may use. */
  readonly firstSector: number;
  readonly lastSector: number;
}

export interface PartitionEntry {
  readonly number: number;
  /** In sectors of sectorSize, inclusive. */
  readonly start: number;
  readonly end: number;
  /** GUID in lower case, or two hex digits of a dos table. */
  readonly type: string;
  /** PARTUUID. */
  readonly uuid: string | null;
  readonly label: string | null;
}

export interface Signature {
  /** As blkid says it: ext4, vfat, crypto_LUKS, LVM2_member, linux_raid_member, zfs_member, swap, … */
  readonly type: string;
  readonly uuid: string | null;
  /** Of a file system; of an LVM or ZFS member the name of its group or pool; of an array its name. */
  readonly label: string | null;
}

export interface MachineDisks {
  /** Whole disks, with all that is on them. A device that is made of several stands under each. */
  readonly disks: readonly BlockDevice[];
  /** Groups, pools and arrays with the devices they are made of, whether active or not. */
  readonly groups: readonly DeviceGroup[];
  /** Whether root looked. Where it was another, what lies on the disks is what udev remembers, and some of it is missing. */
  readonly probed: boolean;
}

export interface DeviceGroup {
  readonly kind: "lvm" | "raid" | "zfs" | "btrfs" | "bcachefs";
  /** Of a file system of several devices: its label, or its UUID where it has none. */
  readonly name: string;
  readonly uuid: string | null;
  /** Paths of the devices, as the kernel calls them. */
  readonly members: readonly string[];
  /** Bytes in it, and bytes not given to a volume yet; null: not known, as for what is not active. */
  readonly size: number | null;
  readonly free: number | null;
  /** Logical volumes, datasets ("pool/home") or subvolumes ("@home") in it; null: not known. */
  readonly volumes: readonly { readonly name: string; readonly size: number | null }[] | null;
}

/** A name that a person gives a disk: a path under /dev. */
export const DevicePath = z
  .string()
  .regex(/^\/dev\/[A-Za-z0-9._:@+/=-]+$/u, "expected a path under /dev")
  .brand("DevicePath");
export type DevicePath = z.infer<typeof DevicePath>;
