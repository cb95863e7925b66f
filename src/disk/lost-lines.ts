// What lies on a disk now, in lines that a person reads before it is gone.
import { groupsOf } from "./block-devices.ts";
import { bytesInWords } from "./bytes-in-words.ts";
import type { BlockDevice, MachineDisks } from "./machine-disks.ts";

/**
 * One line a thing that is lost with the disk.
 *
 * @example "/dev/vda2 ext4 “data”, 3.2 GiB in use, mounted on /home"
 */
export function lostLines(disk: BlockDevice, machine: MachineDisks): readonly string[] {
  const seen = new Set<string>();
  const lines = (device: BlockDevice): readonly string[] => {
    if (seen.has(device.path)) return [];
    seen.add(device.path);
    return [...(isEmpty(device) ? [] : [lostLine(device, machine)]), ...device.children.flatMap(lines)];
  };
  return lines(disk);
}

/** A disk that only carries a table, or is blank, is nothing by itself. A partition is: bytes that no probe knows can be data. */
const isEmpty = (device: BlockDevice): boolean =>
  device.signature === null && (device.kind !== "partition" || device.children.length > 0);

function lostLine(device: BlockDevice, machine: MachineDisks): string {
  const { label = null, type = "nothing known" } = device.signature ?? {};
  const partLabel = device.partition?.label ?? null;
  const what = [
    typeInWords(type),
    ...(label === null ? [] : [`“${label}”`]),
    ...(label === null && partLabel !== null ? [`(partition “${partLabel}”)`] : []),
  ].join(" ");
  const volumes = groupsOf(machine, device.path).flatMap((group) => group.volumes ?? []);
  const mounted = device.mountpoints.filter((mountpoint) => mountpoint !== "[SWAP]");
  return [
    `${spokenName(device)} ${what}`,
    device.used === null ? bytesInWords(device.size) : `${bytesInWords(device.used)} in use`,
    // Volumes that are active have lines of their own.
    ...(volumes.length === 0 || device.children.length > 0
      ? []
      : [`with ${volumes.map((volume) => volume.name).join(", ")}`]),
    ...(mounted.length === 0 ? [] : [`mounted on ${mounted.join(", ")}`]),
    ...(device.mountpoints.includes("[SWAP]") ? ["swapped to"] : []),
  ].join(", ");
}

/** The name a person knows it by: /dev/pool/root rather than /dev/dm-1. */
export function spokenName(device: BlockDevice): string {
  if (device.kind === "disk" || device.kind === "partition") return device.path;
  const links = device.links.filter((link) => !link.startsWith("/dev/disk/"));
  return links.find((link) => !link.startsWith("/dev/mapper/")) ?? links[0] ?? device.path;
}

/** The first bytes' own name for it is blkid's. */
export function typeInWords(type: string): string {
  const words: Readonly<Record<string, string>> = {
    crypto_LUKS: "luks",
    LVM2_member: "lvm",
    linux_raid_member: "raid",
    zfs_member: "zfs",
  };
  return Object.hasOwn(words, type) ? (words[type] ?? type) : type;
}
