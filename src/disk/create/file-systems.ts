// File systems and swap, each made by the program that disko takes for it.
import { FlotillaError } from "../../domain/flotilla-error.ts";
import type { DiskStep } from "../disk-plan.ts";
import type { Btrfs, BtrfsSubvolume, Filesystem, Swap } from "../layout.ts";
import { attributes, byBytes } from "../walk-layout.ts";
import { device, line, shellWords } from "./words.ts";

/** mkfs.FORMAT: whichever there is. */
export function createFilesystem(filesystem: Filesystem): DiskStep {
  const on = device(filesystem.device);
  if (!isFormat(filesystem.format)) {
    throw new FlotillaError("E_DISK_LAYOUT", `${JSON.stringify(filesystem.format)} is no file system`);
  }
  return {
    kind: "create",
    title: `format ${on} as ${filesystem.format}`,
    device: on,
    commands: [
      line(
        ["create", signatureOf(filesystem.format), "on", on, "with"],
        [`mkfs.${filesystem.format}`, ...filesystem.extraArgs, on],
      ),
    ],
  };
}

/** Whether there can be a program mkfs.FORMAT. */
export const isFormat = (format: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._+-]*$/u.test(format);

/** What blkid calls a file system that mkfs.FORMAT has made. */
export function signatureOf(format: string): string {
  switch (format) {
    case "fat":
    case "msdos":
    case "dos":
      return "vfat";
    case "ntfs3":
      return "ntfs";
    default:
      return format;
  }
}

export function createSwap(swap: Swap): readonly DiskStep[] {
  // It is made anew at each boot, with a key that nobody keeps.
  if (swap.randomEncryption) return [];
  const on = device(swap.device);
  return [
    {
      kind: "create",
      title: `make swap on ${on}`,
      device: on,
      commands: [line("create", "swap", "on", on, "with", "mkswap", ...shellWords(swap.extraArgs), on)],
    },
  ];
}

export function createBtrfs(btrfs: Btrfs): readonly DiskStep[] {
  const on = device(btrfs.device);
  const inside = [
    ...swapFiles("", btrfs.swap),
    ...Object.values(btrfs.subvolumes)
      // A subvolume before those within it.
      .toSorted((one, other) => byBytes(one.name, other.name))
      .flatMap(subvolume),
  ];
  return [
    {
      kind: "create",
      title: `format ${on} as btrfs`,
      device: on,
      commands: [line("create", "btrfs", "on", on, "with", "mkfs.btrfs", on, ...shellWords(btrfs.extraArgs))],
    },
    ...(inside.length === 0
      ? []
      : [
          {
            kind: "create" as const,
            title: `make subvolumes on ${on}`,
            device: on,
            commands: [line("within", "btrfs", "subvol=/", on), ...inside],
          },
        ]),
  ];
}

const subvolume = ({ extraArgs, name, swap }: BtrfsSubvolume): readonly string[] => [
  line("btrfs_subvolume", name, ...shellWords(extraArgs)),
  ...swapFiles(`${name}/`, swap),
];

const swapFiles = (directory: string, swap: Btrfs["swap"]): readonly string[] =>
  attributes(swap).map(([, { path, size }]) => line("btrfs_swapfile", `${directory}${path}`, size));
