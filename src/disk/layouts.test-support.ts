// Layouts of all kinds for property tests: as a person would write them, only more so.
import fc from "fast-check";
import type { DiskLayout } from "./layout.ts";
import { readLayout } from "./read-layout.ts";

/** A thing of disko's as it stands in a configuration. */
type Raw = Readonly<Record<string, unknown>>;

const diskNames = ["main", "data", "old disk"] as const;
const partitionNames = ["ESP", "root", "home", "swap", "x y"] as const;

/** disks by name; a partition's size is from 1 to 20 GiB, on disks of 200 GiB. */
export const anyLayout: fc.Arbitrary<DiskLayout> = fc
  .dictionary(fc.constantFrom(...diskNames), anyPartitions(), { minKeys: 1 })
  .map((disks) => readLayout(withGroups(disks), "disko.devices"));

function anyPartitions(): fc.Arbitrary<Readonly<Record<string, Raw>>> {
  return fc.dictionary(fc.constantFrom(...partitionNames), anyPartition(), { minKeys: 1 }).map((partitions) =>
    // One of them at most has the rest.
    Object.fromEntries(
      Object.entries(partitions).map(([name, partition], index) => [
        name,
        partition["size"] === "100%" && index > 0 ? { ...partition, size: "3G" } : partition,
      ]),
    ),
  );
}

function anyPartition(): fc.Arbitrary<Raw> {
  return fc.record({
    size: fc.oneof(
      fc.integer({ min: 1, max: 20 }).map((gib) => `${gib}G`),
      fc.constant("100%"),
    ),
    type: fc.constantFrom("8300", "EF00", "8200"),
    content: fc.option(anyContent(), { nil: null }),
  });
}

/** Mount points come later: they have to be of one each. */
function anyContent(): fc.Arbitrary<Raw> {
  const { content } = fc.letrec<{ content: Raw; plain: Raw }>((tie) => ({
    plain: fc.oneof(
      fc.constantFrom("ext4", "xfs", "vfat", "f2fs").map((format) => ({ type: "filesystem", format })),
      fc.uniqueArray(fc.constantFrom("@", "@home", "nix/store"), { minLength: 0 }).map((names) => ({
        type: "btrfs",
        subvolumes: Object.fromEntries(names.map((name) => [name, {}])),
      })),
      fc.constant({ type: "swap" }),
      fc.constant({ type: "lvm_pv", vg: "pool" }),
      fc.constant({ type: "mdraid", name: "array" }),
      fc.constant({ type: "zfs", pool: "tank" }),
    ),
    content: fc.oneof(
      { weight: 3, arbitrary: tie("plain") },
      {
        weight: 1,
        arbitrary: tie("content").map((inner) => ({ type: "luks", settings: { keyFile: "/tmp/key" }, content: inner })),
      },
    ),
  }));
  return content;
}

/** Every group that a member is declared for, and names and mount points that are of one each. */
function withGroups(disks: Readonly<Record<string, Readonly<Record<string, Raw>>>>): Raw {
  const text = JSON.stringify(disks);
  let count = 0;
  const named = (content: unknown): unknown => {
    if (typeof content !== "object" || content === null) return content;
    const raw: Raw = { ...content };
    count += 1;
    if (raw["type"] === "luks") return { ...raw, name: `crypt${count}`, content: named(raw["content"]) };
    if (raw["type"] === "filesystem") return { ...raw, mountpoint: `/m${count}` };
    return raw;
  };
  const inside = { type: "filesystem", format: "ext4", mountpoint: "/inside" };
  return {
    disk: Object.fromEntries(
      Object.entries(disks).map(([name, partitions]) => [
        name,
        {
          type: "disk",
          device: diskDevice(name),
          content: {
            type: "gpt",
            partitions: Object.fromEntries(
              Object.entries(partitions).map(([key, partition]) => [
                key,
                { ...partition, content: named(partition["content"]) },
              ]),
            ),
          },
        },
      ]),
    ),
    ...(text.includes('"lvm_pv"')
      ? {
          lvm_vg: {
            pool: { type: "lvm_vg", lvs: { root: { size: "1G", content: inside }, rest: { size: "100%FREE" } } },
          },
        }
      : {}),
    ...(text.includes('"mdraid"')
      ? { mdadm: { array: { type: "mdadm", level: 1, content: { ...inside, mountpoint: "/array" } } } }
      : {}),
    ...(text.includes('"zfs"')
      ? { zpool: { tank: { type: "zpool", datasets: { home: { type: "zfs_fs", mountpoint: "/tank" } } } } }
      : {}),
  };
}

/** What the disks of these layouts are called. */
export const diskDevice = (name: string): string => `/dev/${name.replaceAll(" ", "-")}`;
export const allDiskDevices: readonly string[] = diskNames.map(diskDevice);
