// What lies on a disk now, as the stretches of a picture: partitions and the space between them, each with what is in it.
import type { BlockDevice } from "../disk/machine-disks.ts";
import type { Branch, Span, SpanFate } from "./disk-view.ts";
import { formatBytes } from "./format-bytes.ts";

/**
 * The disk from its start to its end.
 *
 * @param smallestGap bytes that have to be free to be shown
 * @param fate of what lies there
 */
export function deviceSpans(device: BlockDevice, smallestGap: number, fate: SpanFate): readonly Span[] {
  const parts = device.children.flatMap((child) => {
    const { partition } = child;
    if (partition === null) return [];
    return [{ child, start: partition.start * device.sectorSize, end: (partition.end + 1) * device.sectorSize }];
  });
  if (parts.length === 0) {
    const { branches, content } = inside(device);
    const isEmpty = content.length === 0 && branches.length === 0;
    const name = isEmpty ? (device.table === null ? "empty" : "free") : "whole disk";
    return [{ name, size: device.size, fate: isEmpty ? "free" : fate, content, branches }];
  }
  parts.sort((one, other) => one.start - other.start || other.end - one.end);
  const spans: Span[] = [];
  let reached = 0;
  const free = (until: number): void => {
    const size = until - reached;
    if (size >= smallestGap) spans.push({ name: "free", size, fate: "free", content: [], branches: [] });
  };
  for (const { child, end, start } of parts) {
    free(start);
    spans.push({ name: nameOf(child), size: child.size, fate, ...inside(child) });
    // Logical partitions lie inside the extended one: only what is after their start is still to be told apart.
    reached = isExtended(child) ? start : Math.max(reached, end);
  }
  free(device.size);
  return spans.filter(({ size }) => size > 0);
}

/** The types of an extended partition in a dos table. */
const isExtended = ({ partition }: BlockDevice): boolean =>
  ["5", "f", "05", "0f", "85"].includes(partition?.type ?? "");

/** What is in a device, layer by layer until it divides. */
function inside(device: BlockDevice): { readonly content: readonly string[]; readonly branches: readonly Branch[] } {
  const layers = describeLayer(device);
  const [only, ...others] = device.children.filter(({ partition }) => partition === null);
  if (only === undefined) {
    const parts = device.kind === "disk" ? [] : device.children;
    return { content: layers, branches: parts.map(branchOf) };
  }
  if (others.length > 0) return { content: layers, branches: [only, ...others].map(branchOf) };
  const { branches, content } = inside(only);
  const own = only.kind === "crypt" ? [] : [nameOf(only)];
  return { content: [...layers, ...own, ...content], branches };
}

function branchOf(device: BlockDevice): Branch {
  return { name: nameOf(device), size: formatBytes(device.size), ...inside(device) };
}

/** The words of disk/describe-content.ts for what blkid calls otherwise. */
const friendly: Readonly<Record<string, string>> = {
  crypto_LUKS: "luks",
  LVM2_member: "lvm",
  linux_raid_member: "raid",
  zfs_member: "zfs",
};

/** What a probe found in it, and where it is used. */
function describeLayer({ children, mountpoints, signature, used }: BlockDevice): readonly string[] {
  if (signature === null) return mountpoints.length === 0 ? [] : [`mounted on ${mountpoints.join(", ")}`];
  const { label, type } = signature;
  const group = Object.hasOwn(friendly, type) ? friendly[type] : undefined;
  const name = label === null || label === "" ? "" : group === undefined ? ` “${label}”` : ` ${label}`;
  // A mapped device says what the volume is called when it is open.
  const opened = type === "crypto_LUKS" ? children.find(({ kind }) => kind === "crypt") : undefined;
  const shownName = opened === undefined ? name : ` ${nameOf(opened)}`;
  const places = mountpoints.filter((place) => place !== "[SWAP]");
  const uses = [
    ...(places.length === 0 ? [] : [`on ${places.join(", ")}`]),
    ...(mountpoints.includes("[SWAP]") ? ["in use"] : []),
  ];
  const bytes = used === null ? "" : `, ${formatBytes(used)} used`;
  return [[`${group ?? type}${shownName}`, ...uses].join(" ") + bytes];
}

/** The name that people know: of a volume the one in its group, of a mapped device its own, of an array the one below /dev/md. */
function nameOf({ kind, links, path }: BlockDevice): string {
  const isMapped = (link: string): boolean => /^\/dev\/(?:mapper|md)\//u.test(link);
  const isVolume = (link: string): boolean => /^\/dev\/[^/]+\/[^/]+$/u.test(link) && !isMapped(link);
  const known = (kind === "lvm" ? links.find(isVolume) : undefined) ?? links.find(isMapped);
  return (known ?? path).split("/").at(-1) ?? path;
}
