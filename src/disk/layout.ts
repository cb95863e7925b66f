// The disks that a configuration declares: disko's whole schema, as data, with all defaults resolved (disko, lib/types/*.nix).
// Where this comes from a configuration is install/'s and nix/'s matter; here it is parsed once, and trusted from then on.
import { z } from "zod";

/** Shell lines of the configuration that run beside each step. */
const hooks = {
  preCreateHook: z.string().default(""),
  postCreateHook: z.string().default(""),
  preMountHook: z.string().default(""),
  postMountHook: z.string().default(""),
  preUnmountHook: z.string().default(""),
  postUnmountHook: z.string().default(""),
};

const Words = z.array(z.string());

/** A content can hold a content. */
const ContentSlot: z.ZodType<Content | null> = z.lazy(() => Content.nullable().default(null));

const Filesystem = z.object({
  type: z.literal("filesystem"),
  device: z.string(),
  format: z.string(),
  extraArgs: Words.default([]),
  mountOptions: Words.default(["defaults"]),
  mountpoint: z.string().nullable().default(null),
  ...hooks,
});
export type Filesystem = z.infer<typeof Filesystem>;

const BtrfsSwapFile = z.object({
  size: z.string(),
  path: z.string(),
  priority: z.number().nullable().default(null),
  options: Words.default(["defaults"]),
});
const BtrfsSwap = z.record(z.string(), BtrfsSwapFile).default({});
const BtrfsSubvolume = z.object({
  name: z.string(),
  extraArgs: Words.default([]),
  mountOptions: Words.default(["defaults"]),
  mountpoint: z.string().nullable().default(null),
  swap: BtrfsSwap,
  ...hooks,
});
export type BtrfsSubvolume = z.infer<typeof BtrfsSubvolume>;
const Btrfs = z.object({
  type: z.literal("btrfs"),
  device: z.string(),
  extraArgs: Words.default([]),
  mountOptions: Words.default(["defaults"]),
  mountpoint: z.string().nullable().default(null),
  subvolumes: z.record(z.string(), BtrfsSubvolume).default({}),
  swap: BtrfsSwap,
  ...hooks,
});
export type Btrfs = z.infer<typeof Btrfs>;

const Swap = z.object({
  type: z.literal("swap"),
  device: z.string(),
  discardPolicy: z.enum(["once", "pages", "both"]).nullable().default(null),
  extraArgs: Words.default([]),
  mountOptions: Words.default(["defaults"]),
  priority: z.number().nullable().default(null),
  randomEncryption: z.boolean().default(false),
  resumeDevice: z.boolean().default(false),
  ...hooks,
});
export type Swap = z.infer<typeof Swap>;

const LvmPhysicalVolume = z.object({ type: z.literal("lvm_pv"), device: z.string(), vg: z.string(), ...hooks });
const MdraidMember = z.object({ type: z.literal("mdraid"), device: z.string(), name: z.string(), ...hooks });
const ZfsMember = z.object({ type: z.literal("zfs"), device: z.string(), pool: z.string(), ...hooks });
const BcachefsMember = z.object({
  type: z.literal("bcachefs"),
  device: z.string(),
  filesystem: z.string(),
  extraFormatArgs: Words.default([]),
  label: z.string().default(""),
  ...hooks,
});

const Luks = z.object({
  type: z.literal("luks"),
  device: z.string(),
  name: z.string(),
  passwordFile: z.string().nullable().default(null),
  keyFile: z.string().nullable().default(null),
  askPassword: z.boolean(),
  /** Goes to boot.initrd.luks.devices; keyFile, keyFileSize, keyFileOffset, allowDiscards and bypassWorkqueues matter here. */
  settings: z.record(z.string(), z.unknown()).default({}),
  additionalKeyFiles: Words.default([]),
  initrdUnlock: z.boolean().default(true),
  extraFormatArgs: Words.default([]),
  extraOpenArgs: Words.default([]),
  content: ContentSlot,
  ...hooks,
});

const HybridMbr = z.object({
  mbrPartitionType: z.string().nullable().default(null),
  mbrBootableFlag: z.boolean().default(false),
});

const GptPartition = z.object({
  name: z.string(),
  /** sgdisk's code of four digits, or a GUID. */
  type: z.string(),
  size: z.string(),
  start: z.string(),
  end: z.string(),
  alignment: z.number(),
  priority: z.number(),
  uuid: z.string().nullable().default(null),
  label: z.string(),
  device: z.string(),
  attributes: z.array(z.number()).default([]),
  hybrid: HybridMbr.nullable().default(null),
  content: ContentSlot,
});
const Gpt = z.object({
  type: z.literal("gpt"),
  device: z.string(),
  efiGptPartitionFirst: z.boolean().default(true),
  partitions: z.record(z.string(), GptPartition).default({}),
  ...hooks,
});

const TablePartition = z.object({
  name: z.string().nullable().default(null),
  "part-type": z.enum(["primary", "logical", "extended"]).default("primary"),
  "fs-type": z.string().nullable().default(null),
  start: z.string().default("0%"),
  end: z.string().default("100%"),
  flags: Words.default([]),
  bootable: z.boolean().default(false),
  content: ContentSlot,
});
const Table = z.object({
  type: z.literal("table"),
  device: z.string(),
  format: z.enum(["gpt", "msdos"]).default("gpt"),
  partitions: z.array(TablePartition).default([]),
  ...hooks,
});

/** What lies on a disk, a partition, a mapped device, an array, a logical volume or a zvol. */
const Content = z.discriminatedUnion("type", [
  Gpt,
  Table,
  Filesystem,
  Btrfs,
  Swap,
  Luks,
  LvmPhysicalVolume,
  MdraidMember,
  ZfsMember,
  BcachefsMember,
]);
export type Content =
  | Gpt
  | Table
  | Filesystem
  | Btrfs
  | Swap
  | Luks
  | LvmPhysicalVolume
  | MdraidMember
  | ZfsMember
  | BcachefsMember;
export interface Luks extends z.infer<typeof Luks> {}
export interface GptPartition extends z.infer<typeof GptPartition> {}
export interface Gpt extends z.infer<typeof Gpt> {}
export interface TablePartition extends z.infer<typeof TablePartition> {}
export interface Table extends z.infer<typeof Table> {}
export type LvmPhysicalVolume = z.infer<typeof LvmPhysicalVolume>;
export type MdraidMember = z.infer<typeof MdraidMember>;
export type ZfsMember = z.infer<typeof ZfsMember>;
export type BcachefsMember = z.infer<typeof BcachefsMember>;

const Disk = z.object({
  type: z.literal("disk").default("disk"),
  name: z.string(),
  device: z.string(),
  destroy: z.boolean().default(true),
  imageName: z.string(),
  imageSize: z.string().default("2G"),
  content: ContentSlot,
  ...hooks,
});
export type Disk = z.infer<typeof Disk>;

const Mdadm = z.object({
  type: z.literal("mdadm").default("mdadm"),
  name: z.string(),
  level: z.number().default(1),
  metadata: z.enum(["1", "1.0", "1.1", "1.2", "default", "ddf", "imsm"]).default("default"),
  extraArgs: Words.default([]),
  content: ContentSlot,
  ...hooks,
});
export type Mdadm = z.infer<typeof Mdadm>;

const LogicalVolume = z.object({
  name: z.string(),
  size: z.string(),
  lvm_type: z
    .enum(["mirror", "raid0", "raid1", "raid4", "raid5", "raid6", "thin-pool", "thinlv"])
    .nullable()
    .default(null),
  pool: z.string().nullable().default(null),
  priority: z.number(),
  extraArgs: Words.default([]),
  content: ContentSlot,
});
export type LogicalVolume = z.infer<typeof LogicalVolume>;
const VolumeGroup = z.object({
  type: z.literal("lvm_vg").default("lvm_vg"),
  name: z.string(),
  lvs: z.record(z.string(), LogicalVolume).default({}),
  ...hooks,
});
export type VolumeGroup = z.infer<typeof VolumeGroup>;

const Options = z.record(z.string(), z.string());
const Vdev = z.object({ mode: z.string().default(""), members: Words });
/** Where the members of a pool stand: one mode for all, or vdevs by hand. */
const ZpoolMode = z.union([
  z.string(),
  z.object({
    topology: z.object({
      type: z.literal("topology").default("topology"),
      vdev: z.array(Vdev).default([]),
      log: z.array(Vdev).default([]),
      dedup: z.array(Vdev).default([]),
      special: z.union([z.array(Vdev), Vdev.nullable()]).default([]),
      spare: Words.default([]),
      cache: Words.default([]),
    }),
  }),
]);
const ZfsFilesystem = z.object({
  type: z.literal("zfs_fs"),
  name: z.string(),
  options: Options.default({}),
  mountOptions: Words.default(["defaults"]),
  mountpoint: z.string().nullable().default(null),
  ...hooks,
});
const ZfsVolume = z.object({
  type: z.literal("zfs_volume"),
  name: z.string(),
  size: z.string(),
  options: Options.default({}),
  extraArgs: Words.default([]),
  mountOptions: Words.default(["defaults"]),
  content: ContentSlot,
  ...hooks,
});
export const Dataset = z.discriminatedUnion("type", [ZfsFilesystem, ZfsVolume]);
export type Dataset = z.infer<typeof Dataset>;
const Zpool = z.object({
  type: z.literal("zpool").default("zpool"),
  name: z.string(),
  mode: ZpoolMode.default(""),
  options: Options.default({}),
  rootFsOptions: Options.default({}),
  mountpoint: z.string().nullable().default(null),
  mountOptions: Words.default(["defaults"]),
  datasets: z.record(z.string(), Dataset).default({}),
  ...hooks,
});
export type Zpool = z.infer<typeof Zpool>;

const BcachefsSubvolume = z.object({
  name: z.string(),
  mountOptions: Words.default([]),
  mountpoint: z.string().nullable().default(null),
  ...hooks,
});
const BcachefsFilesystem = z.object({
  type: z.literal("bcachefs_filesystem").default("bcachefs_filesystem"),
  name: z.string(),
  uuid: z.string(),
  passwordFile: z.string().nullable().default(null),
  extraFormatArgs: Words.default([]),
  mountOptions: Words.default(["X-mount.mkdir"]),
  mountpoint: z.string().nullable().default(null),
  subvolumes: z.record(z.string(), BcachefsSubvolume).default({}),
  ...hooks,
});
export type BcachefsFilesystem = z.infer<typeof BcachefsFilesystem>;

const Nodev = z.object({
  type: z.literal("nodev").default("nodev"),
  fsType: z.string(),
  device: z.string(),
  mountpoint: z.string().nullable(),
  mountOptions: Words.default(["defaults"]),
  ...hooks,
});
export type Nodev = z.infer<typeof Nodev>;

/** `disko.devices`, resolved. */
export const DiskLayout = z.object({
  disk: z.record(z.string(), Disk).default({}),
  mdadm: z.record(z.string(), Mdadm).default({}),
  lvm_vg: z.record(z.string(), VolumeGroup).default({}),
  zpool: z.record(z.string(), Zpool).default({}),
  bcachefs_filesystems: z.record(z.string(), BcachefsFilesystem).default({}),
  nodev: z.record(z.string(), Nodev).default({}),
});
export type DiskLayout = z.infer<typeof DiskLayout>;
