// What of a layout is mounted where, as data in the order in which it can be: mounting, unmounting and verifying go by it.
import { byBytes, attributes, contentsOf } from "./walk-layout.ts";
import type { Content, Dataset, DiskLayout, Zpool } from "./layout.ts";
import type { Hooked } from "./create/hooks.ts";

export interface LayoutMount {
  /** As the installed system has it: "/home". */
  readonly mountpoint: string;
  /** What is mounted: a device, a dataset, "tmpfs"; of a bind a directory of the installed system. */
  readonly source: string;
  readonly type: string;
  readonly options: readonly string[];
  /** Whether the source is a block device, which findmnt knows by any of its names. */
  readonly isDevice: boolean;
  readonly part: Hooked & MountHooks;
}

export interface MountHooks {
  readonly preMountHook: string;
  readonly postMountHook: string;
  readonly preUnmountHook: string;
  readonly postUnmountHook: string;
}

/** A swap partition, or a swap file of btrfs. */
export interface LayoutSwap {
  /** A device; or a file, as the installed system sees it. */
  readonly path: string;
  readonly isFile: boolean;
  /** Of swapon. */
  readonly options: readonly string[];
  readonly part: (Hooked & MountHooks) | null;
}

/** All mounts: each after those it lies in, and a bind after what it shows. */
export function layoutMounts(layout: DiskLayout): readonly LayoutMount[] {
  const mounts = [
    ...contentsOf(layout).flatMap(({ content }) => contentMounts(content)),
    ...attributes(layout.zpool).flatMap(([, pool]) => poolMounts(pool)),
    ...attributes(layout.bcachefs_filesystems).flatMap(([, filesystem]) => bcachefsMounts(filesystem)),
    ...attributes(layout.nodev).flatMap(([name, nodev]): readonly LayoutMount[] => [
      {
        mountpoint: nodev.mountpoint ?? name,
        source: nodev.device,
        type: nodev.fsType,
        options: nodev.mountOptions,
        isDevice: false,
        part: nodev,
      },
    ]),
  ].filter((mount) => mount.mountpoint.startsWith("/"));
  return inOrder(mounts.toSorted((one, other) => byBytes(directory(one.mountpoint), directory(other.mountpoint))));
}

export const isBind = ({ options }: Pick<LayoutMount, "options">): boolean =>
  options.includes("bind") || options.includes("rbind");

/** Swap partitions, and swap files on btrfs; not those that are encrypted anew at each boot. */
export function layoutSwaps(layout: DiskLayout): readonly LayoutSwap[] {
  return contentsOf(layout).flatMap(({ content }): readonly LayoutSwap[] => {
    if (content.type === "swap") {
      if (content.randomEncryption) return [];
      const { device, discardPolicy, mountOptions, priority } = content;
      const discard = discardPolicy === null ? [] : [`--discard${discardPolicy === "both" ? "" : `=${discardPolicy}`}`];
      const options = [...discard, ...priorityWords(priority), `--options=${mountOptions.join(",")}`];
      return [{ path: device, isFile: false, options, part: content }];
    }
    if (content.type !== "btrfs") return [];
    return [content, ...attributes(content.subvolumes).map(([, subvolume]) => subvolume)].flatMap(
      ({ mountpoint, swap }) =>
        // A file in what is mounted nowhere is swapped to by nobody.
        mountpoint === null
          ? []
          : attributes(swap).map(([, file]): LayoutSwap => ({
              path: `${mountpoint === "/" ? "" : mountpoint}/${file.path}`,
              isFile: true,
              options: [...priorityWords(file.priority), `--options=${file.options.join(",")}`],
              part: null,
            })),
    );
  });
}

const priorityWords = (priority: number | null): readonly string[] =>
  priority === null ? [] : [`--priority=${priority}`];

function contentMounts(content: Content): readonly LayoutMount[] {
  switch (content.type) {
    case "filesystem":
      return at(content.mountpoint, {
        source: content.device,
        type: content.format,
        options: content.mountOptions,
        isDevice: true,
        part: content,
      });
    case "btrfs": {
      const of = { source: content.device, type: "btrfs", isDevice: true };
      return [
        ...at(content.mountpoint, { ...of, options: content.mountOptions, part: content }),
        ...attributes(content.subvolumes).flatMap(([, subvolume]) =>
          at(subvolume.mountpoint, {
            ...of,
            options: [...subvolume.mountOptions, `subvol=${subvolume.name}`],
            part: { ...subvolume, type: "btrfs_subvol", device: content.device },
          }),
        ),
      ];
    }
    default:
      return [];
  }
}

const at = (mountpoint: string | null, mount: Omit<LayoutMount, "mountpoint">): readonly LayoutMount[] =>
  mountpoint === null ? [] : [{ mountpoint, ...mount }];

function poolMounts(pool: Zpool): readonly LayoutMount[] {
  const dataset = (
    name: string,
    { mountOptions, mountpoint, options, part }: Pick<LayoutMount, "part"> & ZfsPlace,
  ): readonly LayoutMount[] =>
    options["mountpoint"] === "none" || options["canmount"] === "off"
      ? []
      : at(mountpoint, {
          source: name,
          type: "zfs",
          options: [...mountOptions, ...(options["mountpoint"] === "legacy" ? [] : ["zfsutil"])],
          isDevice: true,
          part,
        });
  return [
    ...dataset(pool.name, { ...pool, options: pool.rootFsOptions, part: pool }),
    ...poolDatasets(pool).flatMap(({ dataset: one, name }) =>
      one.type === "zfs_fs" ? dataset(name, { ...one, part: one }) : [],
    ),
  ];
}

interface ZfsPlace {
  readonly mountpoint: string | null;
  readonly mountOptions: readonly string[];
  readonly options: Readonly<Record<string, string>>;
}

/** The datasets and volumes of a pool with their whole names; the pool's own, which disko adds, is the pool. */
export const poolDatasets = (pool: Zpool): readonly { readonly name: string; readonly dataset: Dataset }[] =>
  attributes(pool.datasets)
    .filter(([, dataset]) => dataset.name !== "__root")
    .map(([, dataset]) => ({ name: `${pool.name}/${dataset.name}`, dataset }));

function bcachefsMounts(filesystem: DiskLayout["bcachefs_filesystems"][string]): readonly LayoutMount[] {
  const of = { source: `/dev/disk/by-uuid/${filesystem.uuid}`, type: "bcachefs", isDevice: false };
  return [
    ...at(filesystem.mountpoint, { ...of, options: unique(filesystem.mountOptions), part: filesystem }),
    ...attributes(filesystem.subvolumes).flatMap(([, subvolume]) =>
      at(subvolume.mountpoint, {
        ...of,
        options: unique([`X-mount.subdir=${subvolume.name.replace(/^\/+/u, "")}`, ...subvolume.mountOptions]),
        part: { ...subvolume, type: "bcachefs_subvolume" },
      }),
    ),
  ];
}

const unique = (options: readonly string[]): readonly string[] => [...new Set(["X-mount.mkdir", ...options])];

/** In the order given, but each after those that it needs. */
function inOrder(mounts: readonly LayoutMount[]): readonly LayoutMount[] {
  const ordered: LayoutMount[] = [];
  let waiting = mounts;
  while (waiting.length > 0) {
    const ready = waiting.find((one) => !waiting.some((other) => other !== one && needs(one, other))) ?? waiting[0];
    if (ready === undefined) break;
    ordered.push(ready);
    waiting = waiting.filter((one) => one !== ready);
  }
  return ordered;
}

const needs = (one: LayoutMount, other: LayoutMount): boolean =>
  (one.mountpoint !== other.mountpoint && directory(one.mountpoint).startsWith(directory(other.mountpoint))) ||
  (isBind(one) && directory(one.source).startsWith(directory(other.mountpoint)));

const directory = (path: string): string => `/${path.split("/").filter(Boolean).join("/")}/`.replace("//", "/");
