// What can be wrong with names and paths: two things of one name, one device for two contents, mount points, devices that are none.
import { isDeviceName, isDevicePath } from "../create/words.ts";
import { isFormat } from "../create/file-systems.ts";
import type { Content, DiskLayout } from "../layout.ts";
import { attributes, contentsOf, type PlacedContent } from "../walk-layout.ts";
import { mistake, optionPath, repeated, shown, type LayoutMistake } from "./mistake.ts";

interface Named {
  readonly path: readonly string[];
  readonly name: string;
}

export function nameMistakes(layout: DiskLayout): readonly LayoutMistake[] {
  const contents = contentsOf(layout);
  const luks = contents.flatMap(({ content, path }) => (content.type === "luks" ? [{ path, name: content.name }] : []));
  const groups = (["mdadm", "lvm_vg", "zpool", "bcachefs_filesystems"] as const).map((kind) =>
    Object.entries(layout[kind]).map(([attribute, { name }]) => ({ path: [kind, attribute], name })),
  );
  const disks = attributes(layout.disk).map(([attribute, { name }]) => ({ path: ["disk", attribute], name }));
  const volumes = attributes(layout.lvm_vg).flatMap(([group, { lvs }]) =>
    attributes(lvs).map(([volume, { name }]) => ({ path: ["lvm_vg", group, "lvs", volume], name })),
  );
  return [
    ...[disks, luks, ...groups].flatMap(twice),
    ...[...luks, ...groups.flat(), ...volumes].flatMap(unusable),
    ...diskMistakes(layout),
    ...contents.flatMap(contentMistakes),
    ...repeated(contents, ({ content }) => content.device).map(({ first, item }) =>
      mistake(
        [...item.path, "device"],
        `${item.content.device} holds ${optionPath(first.path)} already`,
        "a device has one content",
      ),
    ),
  ];
}

const twice = (named: readonly Named[]): readonly LayoutMistake[] =>
  repeated(named, ({ name }) => name).map(({ first, item }) =>
    mistake([...item.path, "name"], `${shown(item.name)} is the name of ${optionPath(first.path)} too`, "take another"),
  );

const unusable = ({ name, path }: Named): readonly LayoutMistake[] =>
  isDeviceName(name)
    ? []
    : [
        mistake(
          [...path, "name"],
          `${shown(name)} is no name that a device can have`,
          "letters, digits and - _ + . only, and no - at its beginning",
        ),
      ];

function diskMistakes(layout: DiskLayout): readonly LayoutMistake[] {
  const disks = attributes(layout.disk).map(([name, disk]) => ({ path: ["disk", name], disk }));
  return [
    ...repeated(disks, ({ disk }) => disk.device).map(({ first, item }) =>
      mistake(
        [...item.path, "device"],
        `${item.disk.device} is ${optionPath(first.path)} already`,
        "name another disk",
      ),
    ),
    ...disks.flatMap(({ disk, path }) => [
      ...(isDevicePath(disk.device) ? [] : [notADevice([...path, "device"], disk.device)]),
      ...(disk.content === null
        ? [
            mistake(
              [...path, "content"],
              "the disk is to hold nothing",
              "give it a content, e.g. type gpt, or take the disk out",
            ),
          ]
        : []),
    ]),
  ];
}

const notADevice = (path: readonly string[], device: string): LayoutMistake =>
  mistake(path, `${shown(device)} is no path of a device`, "name it by its full path, e.g. /dev/disk/by-id/…");

function contentMistakes({ content, path }: PlacedContent): readonly LayoutMistake[] {
  return [
    ...(isDevicePath(content.device) ? [] : [notADevice([...path, "device"], content.device)]),
    ...(content.type === "filesystem" && !isFormat(content.format)
      ? [
          mistake(
            [...path, "format"],
            `${shown(content.format)} is no file system`,
            "e.g. ext4, xfs, vfat: mkfs.FORMAT makes it",
          ),
        ]
      : []),
    ...insideMistakes(content, path),
  ];
}

/** Paths within a file system must stay within it. */
function insideMistakes(content: Content, path: readonly string[]): readonly LayoutMistake[] {
  if (content.type !== "btrfs") return [];
  const subvolumes = attributes(content.subvolumes).map(([name, subvolume]) => ({
    path: [...path, "subvolumes", name],
    ...subvolume,
  }));
  const files = [{ path, swap: content.swap }, ...subvolumes].flatMap((holder) =>
    attributes(holder.swap).map(([name, file]) => ({ at: [...holder.path, "swap", name], file })),
  );
  return [
    ...repeated(subvolumes, ({ name }) => name.split("/").filter(Boolean).join("/")).map(({ first, item }) =>
      mistake(
        [...item.path, "name"],
        `${shown(item.name)} is the name of ${optionPath(first.path)} too`,
        "take another",
      ),
    ),
    ...subvolumes
      .filter(({ name }) => leavesIt(name))
      .map((subvolume) =>
        mistake(
          [...subvolume.path, "name"],
          `${shown(subvolume.name)} is no path within the file system`,
          "e.g. @home",
        ),
      ),
    ...files.flatMap(({ at, file }) => [
      ...(leavesIt(file.path)
        ? [mistake([...at, "path"], `${shown(file.path)} is no path within the file system`, "e.g. swapfile")]
        : []),
      ...(/^\d+[KMGTP]$/u.test(file.size)
        ? []
        : [mistake([...at, "size"], `${shown(file.size)} is no size`, "e.g. 8G")]),
    ]),
  ];
}

const leavesIt = (path: string): boolean =>
  /\p{Cc}/u.test(path) ||
  path.startsWith("-") ||
  path.split("/").includes("..") ||
  path.split("/").every((part) => part === "" || part === ".");
