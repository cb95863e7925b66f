// disko.devices as a person writes it -> with everything said that disko's options say by default: names, devices, labels, types, priorities
// (lib/types/*.nix). What has a value keeps it, so that a layout that disko itself has resolved stays as it is. What is of a wrong type stays, too: the
// schema has better words for it.
import { createHash } from "node:crypto";
import { defaultLabel, partitionPath, udevEscape } from "./layout-names.ts";
import { attributes } from "./walk-layout.ts";

type Raw = Readonly<Record<string, unknown>>;

/**
 * @param layout disko.devices; or what holds it, as diskoConfigurations and files for disko's own program do: { disko.devices = …; }
 * @example resolveLayout({ disk: { main: { device: "/dev/vda", content: { type: "filesystem", format: "ext4" } } } })
 */
export function resolveLayout(layout: unknown): unknown {
  const devices = withinDisko(layout);
  if (!isSet(devices)) return devices;
  return {
    ...devices,
    disk: each(devices["disk"], resolveDisk),
    mdadm: each(devices["mdadm"], (name, array) => {
      const named = { name, ...array };
      return {
        ...named,
        content: resolveContent(array["content"], `/dev/md/${text(named.name)}`, "mdadm", named.name),
      };
    }),
    lvm_vg: each(devices["lvm_vg"], resolveVolumeGroup),
    zpool: each(devices["zpool"], resolvePool),
    bcachefs_filesystems: each(devices["bcachefs_filesystems"], (name, filesystem) => {
      const named = { name, ...filesystem };
      return {
        uuid: uuidOf(text(named.name)),
        ...named,
        subvolumes: each(filesystem["subvolumes"], (subvolume, value) => {
          const directory = text({ name: subvolume, ...value }.name).replace(/^\//u, "");
          return { name: subvolume, mountOptions: ["X-mount.mkdir", `X-mount.subdir=${directory}`], ...value };
        }),
      };
    }),
    nodev: each(devices["nodev"], (name, nodev) => ({
      device: specialTypes.has(text(nodev["fsType"])) ? nodev["fsType"] : "none",
      mountpoint: name,
      ...nodev,
    })),
  };
}

/** File systems whose device is called as they are. */
const specialTypes = new Set(["proc", "sysfs", "tmpfs", "ramfs", "devtmpfs", "devpts"]);

function withinDisko(layout: unknown): unknown {
  if (!isSet(layout)) return layout;
  const { disko } = layout;
  return isSet(disko) && isSet(disko["devices"]) ? disko["devices"] : layout;
}

function resolveDisk(attribute: string, disk: Raw): Raw {
  const named = { name: attribute.replaceAll("/", "_"), ...disk };
  return {
    imageName: named.name,
    ...named,
    content: resolveContent(disk["content"], disk["device"], "disk", named.name),
  };
}

function resolveVolumeGroup(attribute: string, group: Raw): Raw {
  const named = { name: attribute, ...group };
  return {
    ...named,
    lvs: each(group["lvs"], (name, volume) => {
      const namedVolume = { name, ...volume };
      const priority =
        (volume["lvm_type"] === "thin-pool" ? 501 : 1000) + (text(volume["size"]).includes("100%") ? 251 : 0);
      const device = `/dev/${text(named.name)}/${text(namedVolume.name)}`;
      return { priority, ...namedVolume, content: resolveContent(volume["content"], device) };
    }),
  };
}

function resolvePool(attribute: string, pool: Raw): Raw {
  const named = { name: attribute, ...pool };
  return {
    ...named,
    datasets: each(pool["datasets"], (name, dataset) => {
      const namedDataset = { name, ...dataset };
      if (dataset["type"] !== "zfs_volume") return namedDataset;
      const device = `/dev/zvol/${text(named.name)}/${text(namedDataset.name)}`;
      return { ...namedDataset, content: resolveContent(dataset["content"], device) };
    }),
  };
}

/**
 * @param on the device that it lies on
 * @param parentType of what it lies on, which labels of partitions begin with
 */
function resolveContent(content: unknown, on: unknown, parentType = "", parentName: unknown = ""): unknown {
  if (!isSet(content)) return content ?? null;
  const placed = { device: on, ...content };
  switch (content["type"]) {
    case "gpt":
      return { ...placed, partitions: resolvePartitions(content["partitions"], parentType, text(parentName)) };
    case "table":
      return {
        ...placed,
        partitions: Array.isArray(content["partitions"])
          ? content["partitions"].map((partition: unknown, index) =>
              isSet(partition)
                ? { ...partition, content: resolveTablePartition(partition["content"], placed.device, index + 1) }
                : partition,
            )
          : (content["partitions"] ?? []),
      };
    case "luks": {
      const settings = isSet(content["settings"]) ? content["settings"] : {};
      const askPassword =
        (content["keyFile"] ?? null) === null && (content["passwordFile"] ?? null) === null && !("keyFile" in settings);
      const inner = resolveContent(content["content"], `/dev/mapper/${text(content["name"])}`, "luks", content["name"]);
      return { askPassword, ...placed, content: inner };
    }
    case "btrfs":
      return {
        ...placed,
        swap: resolveSwapFiles(content["swap"]),
        subvolumes: each(content["subvolumes"], (name, subvolume) => ({
          name,
          ...subvolume,
          swap: resolveSwapFiles(subvolume["swap"]),
        })),
      };
    default:
      return placed;
  }
}

/** The path of a partition is asked for only where it is needed: not every disk has a rule for it. */
const resolveTablePartition = (content: unknown, disk: unknown, number: number): unknown =>
  isSet(content)
    ? resolveContent(
        content,
        typeof content["device"] === "string" ? content["device"] : partitionPath(text(disk), number),
      )
    : (content ?? null);

const resolveSwapFiles = (swap: unknown): unknown => each(swap, (path, file) => ({ path, ...file }));

function resolvePartitions(partitions: unknown, parentType: string, parentName: string): unknown {
  if (!isSet(partitions)) return partitions ?? {};
  const prepared = attributes(partitions).map(([attribute, partition]) => ({
    attribute,
    partition: isSet(partition) ? withPlace(attribute, partition) : partition,
  }));
  const order = prepared.toSorted((one, other) => priorityOf(one.partition) - priorityOf(other.partition));
  return Object.fromEntries(
    prepared.map((one) => {
      const { attribute, partition } = one;
      if (!isSet(partition)) return [attribute, partition];
      const labelled: Raw = { label: defaultLabel(parentType, parentName, text(partition["name"])), ...partition };
      const number = order.indexOf(one) + 1;
      const device =
        labelled["device"] ??
        (typeof labelled["uuid"] === "string"
          ? `/dev/disk/by-partuuid/${labelled["uuid"]}`
          : parentType === "mdadm"
            ? `/dev/disk/by-id/md-name-any:${parentName}-part${number}`
            : `/dev/disk/by-partlabel/${udevEscape(text(labelled["label"]))}`);
      return [attribute, { ...labelled, device, content: resolveContent(partition["content"], device) }];
    }),
  );
}

function withPlace(attribute: string, partition: Raw): Raw {
  const isSwap = isSet(partition["content"]) && partition["content"]["type"] === "swap";
  const sized = { name: attribute, type: isSwap ? "8200" : "8300", size: "0", start: "0", uuid: null, ...partition };
  const rest = sized.size === "100%";
  const placed = { end: rest ? "-0" : `+${text(sized.size)}`, ...sized };
  const inSectors = text(placed.start).endsWith("s") || text(placed.end).endsWith("s");
  return { alignment: inSectors ? 1 : 0, priority: rest ? 9001 : sized.type === "EF02" ? 100 : 1000, ...placed };
}

const priorityOf = (partition: unknown): number =>
  isSet(partition) && typeof partition["priority"] === "number" ? partition["priority"] : 0;

/** As disko makes it of a name. */
function uuidOf(name: string): string {
  const hash = createHash("sha256").update(name).digest("hex");
  return [hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20), hash.slice(20, 32)].join("-");
}

const isSet = (value: unknown): value is Raw => typeof value === "object" && value !== null && !Array.isArray(value);

const text = (value: unknown): string => (typeof value === "string" ? value : "");

function each(set: unknown, resolve: (attribute: string, value: Raw) => unknown): unknown {
  if (!isSet(set)) return set ?? {};
  return Object.fromEntries(
    Object.entries(set).map(([name, value]) => [name, isSet(value) ? resolve(name, value) : value]),
  );
}
