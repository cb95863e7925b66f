// What can be wrong with mount points: no path, or one that two things have.
import type { Content, DiskLayout } from "../layout.ts";
import { attributes, contentsOf } from "../walk-layout.ts";
import { mistake, optionPath, repeated, shown, type LayoutMistake } from "./mistake.ts";

interface Mounted {
  readonly path: readonly string[];
  readonly mountpoint: string;
}

export function mountMistakes(layout: DiskLayout): readonly LayoutMistake[] {
  const mounts = mountedIn(layout);
  return [
    ...mounts
      .filter(({ mountpoint }) => !isMountpoint(mountpoint))
      .map(({ mountpoint, path }) =>
        mistake([...path, "mountpoint"], `${shown(mountpoint)} is no path to mount at`, "a full path, e.g. /home"),
      ),
    ...repeated(mounts, ({ mountpoint }) => mountpoint.split("/").filter(Boolean).join("/")).map(({ first, item }) =>
      mistake(
        [...item.path, "mountpoint"],
        `${item.mountpoint} is where ${optionPath(first.path)} is mounted already`,
        "mount one of them elsewhere",
      ),
    ),
  ];
}

const isMountpoint = (path: string): boolean =>
  path.startsWith("/") && !/\p{Cc}/u.test(path) && !path.split("/").some((part) => part === ".." || part === ".");

function mountedIn(layout: DiskLayout): readonly Mounted[] {
  const datasets = attributes(layout.zpool).flatMap(([pool, { datasets: all }]) =>
    attributes(all).flatMap(([name, dataset]) =>
      dataset.type === "zfs_fs" && dataset.options["canmount"] !== "off" && dataset.options["mountpoint"] !== "none"
        ? at(["zpool", pool, "datasets", name], dataset.mountpoint)
        : [],
    ),
  );
  const pools = attributes(layout.zpool).flatMap(([name, pool]) =>
    pool.rootFsOptions["canmount"] === "off" || pool.rootFsOptions["mountpoint"] === "none"
      ? []
      : at(["zpool", name], pool.mountpoint),
  );
  return [
    ...contentsOf(layout).flatMap(({ content, path }) => mountedOn(content, path)),
    ...pools,
    ...datasets,
    ...attributes(layout.bcachefs_filesystems).flatMap(([name, filesystem]) => [
      ...at(["bcachefs_filesystems", name], filesystem.mountpoint),
      ...attributes(filesystem.subvolumes).flatMap(([subvolume, { mountpoint }]) =>
        at(["bcachefs_filesystems", name, "subvolumes", subvolume], mountpoint),
      ),
    ]),
    ...attributes(layout.nodev).flatMap(([name, { mountpoint }]) => at(["nodev", name], mountpoint)),
  ];
}

function mountedOn(content: Content, path: readonly string[]): readonly Mounted[] {
  switch (content.type) {
    case "filesystem":
      return at(path, content.mountpoint);
    case "btrfs":
      return [
        ...at(path, content.mountpoint),
        ...attributes(content.subvolumes).flatMap(([name, { mountpoint }]) =>
          at([...path, "subvolumes", name], mountpoint),
        ),
      ];
    default:
      return [];
  }
}

const at = (path: readonly string[], mountpoint: string | null): readonly Mounted[] =>
  mountpoint === null ? [] : [{ path, mountpoint }];
