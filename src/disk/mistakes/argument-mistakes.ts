// Devices in arguments for programs: only what the layout declares may be written to, and that alone is shown to the operator.
import { layoutDevices } from "../layout-devices.ts";
import type { Content, DiskLayout } from "../layout.ts";
import { attributes, contentsOf } from "../walk-layout.ts";
import { mistake, shown, type LayoutMistake } from "./mistake.ts";

interface Arguments {
  readonly path: readonly string[];
  readonly words: readonly string[];
}

export function argumentMistakes(layout: DiskLayout): readonly LayoutMistake[] {
  const known = layoutDevices(layout);
  const given = argumentsIn(layout);
  return [...given.flatMap(headerMistakes), ...given.flatMap((one) => deviceMistakes(one, known))];
}

/** A device whose header lies elsewhere looks empty, and would be encrypted anew each time. */
const headerMistakes = ({ path, words }: Arguments): readonly LayoutMistake[] =>
  words.some((word) => /(?:^|\s)--header(?:[=\s]|$)/u.test(word))
    ? [mistake(path, "a header apart from its device cannot be kept track of", "let disko's own script make this disk")]
    : [];

const deviceMistakes = ({ path, words }: Arguments, known: ReadonlySet<string>): readonly LayoutMistake[] =>
  words
    .flatMap(devicesIn)
    .filter((device) => !known.has(device) && !harmless.has(device))
    .map((device) =>
      mistake(
        path,
        `${shown(device)} is no device of the layout`,
        "declare its disk, so that it is shown before it is written to",
      ),
    );

/** Devices that hold nothing. */
const harmless = new Set(["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/stdin"]);

const devicesIn = (word: string): readonly string[] =>
  [...word.matchAll(/\/dev\/[^\s,;='"]*/gu)].map(([device]) => device);

function argumentsIn(layout: DiskLayout): readonly Arguments[] {
  return [
    ...contentsOf(layout).flatMap(({ content, path }) => argumentsOf(content, path)),
    ...attributes(layout.mdadm).map(([name, { extraArgs }]) => ({
      path: ["mdadm", name, "extraArgs"],
      words: extraArgs,
    })),
    ...attributes(layout.lvm_vg).flatMap(([group, { lvs }]) =>
      attributes(lvs).map(([name, { extraArgs }]) => ({
        path: ["lvm_vg", group, "lvs", name, "extraArgs"],
        words: extraArgs,
      })),
    ),
    ...attributes(layout.zpool).flatMap(([pool, { datasets }]) =>
      attributes(datasets).flatMap(([name, dataset]) =>
        dataset.type === "zfs_volume"
          ? [{ path: ["zpool", pool, "datasets", name, "extraArgs"], words: dataset.extraArgs }]
          : [],
      ),
    ),
    ...attributes(layout.bcachefs_filesystems).map(([name, { extraFormatArgs }]) => ({
      path: ["bcachefs_filesystems", name, "extraFormatArgs"],
      words: extraFormatArgs,
    })),
  ];
}

function argumentsOf(content: Content, path: readonly string[]): readonly Arguments[] {
  switch (content.type) {
    case "filesystem":
    case "swap":
      return [{ path: [...path, "extraArgs"], words: content.extraArgs }];
    case "btrfs":
      return [
        { path: [...path, "extraArgs"], words: content.extraArgs },
        ...attributes(content.subvolumes).map(([name, { extraArgs }]) => ({
          path: [...path, "subvolumes", name, "extraArgs"],
          words: extraArgs,
        })),
      ];
    case "luks":
      return [
        { path: [...path, "extraFormatArgs"], words: content.extraFormatArgs },
        { path: [...path, "extraOpenArgs"], words: content.extraOpenArgs },
      ];
    case "bcachefs":
      return [{ path: [...path, "extraFormatArgs"], words: content.extraFormatArgs }];
    default:
      return [];
  }
}
