// The block devices of a machine: the script that any Linux can run, and what its output means.
import { readAsset } from "../assets.ts";
import { deviceFromRecord, type LoneDevice } from "./device-from-record.ts";
import { deviceGroups } from "./device-groups.ts";
import { unescapeMount } from "./device-names.ts";
import { type DeviceRecord, diskRecords, type Lines } from "./disk-records.ts";
import type { BlockDevice, DeviceGroup, MachineDisks } from "./machine-disks.ts";

/** POSIX sh that prints what readDisks reads; for root, and as far as it can for others. It changes nothing. */
export const readDisksScript = (): string => readAsset("src/disk/read-disks.sh");

/**
 * @param output of readDisksScript, with whatever else stands before and after it
 * @throws FlotillaError E_COMMAND, E_CONNECTION_LOST
 */
export function readDisks(output: string): MachineDisks {
  const { devices: records, machine, probed } = diskRecords(output);
  const lone = new Map(records.map((record) => [record.name, withNames(deviceFromRecord(record), machine)] as const));
  const resolve = resolver([...lone.values()]);
  const groups = deviceGroups(records, machine, resolve);
  const mounts = mountpoints(machine, groups, resolve);
  const used = usedBytes(machine, resolve);
  const inside = childrenByName(records, lone, groups);

  const build = (name: string, above: readonly string[]): BlockDevice[] => {
    const device = lone.get(name);
    // /sys makes no circles; an answer that does ends here.
    if (device === undefined || above.includes(name)) return [];
    const members = groups.filter((group) => group.members.includes(device.path));
    return [
      {
        ...device,
        signature: namedByGroup(device.signature, members),
        mountpoints: mounts.get(device.path) ?? [],
        used: used.get(device.path) ?? null,
        children: (inside.get(name) ?? []).flatMap((child) => build(child, [...above, name])),
      },
    ];
  };
  const nested = new Set([...inside.values()].flat());
  return {
    disks: records
      .map((record) => record.name)
      .filter((name) => !nested.has(name))
      .flatMap((name) => build(name, []))
      .toSorted((one, other) => one.path.localeCompare(other.path, "en", { numeric: true })),
    groups,
    probed,
  };
}

/** `named=PATH LINK` where udev does not run. */
function withNames(device: LoneDevice, machine: Lines): LoneDevice {
  const names = (machine.get("named") ?? [])
    .map((line) => line.split(" "))
    .filter(([path]) => path === device.path)
    .map(([, link = ""]) => link);
  return names.length === 0 ? device : { ...device, links: [...new Set([...device.links, ...names])].toSorted() };
}

function resolver(devices: readonly LoneDevice[]): (name: string) => string | null {
  const paths = new Map<string, string>();
  for (const device of devices) for (const link of device.links) paths.set(link, device.path);
  for (const device of devices) paths.set(device.path, device.path);
  return (name) => paths.get(name) ?? null;
}

/** The names of the devices that are made of each. */
function childrenByName(
  records: readonly DeviceRecord[],
  lone: ReadonlyMap<string, LoneDevice>,
  groups: readonly DeviceGroup[],
): ReadonlyMap<string, readonly string[]> {
  const children = new Map<string, string[]>();
  const add = (parent: string, child: string): void => {
    children.set(parent, [...(children.get(parent) ?? []), child]);
  };
  const nameOf = new Map([...lone].map(([name, device]) => [device.path, name] as const));
  for (const record of records) {
    const whole = record.get("whole");
    if (whole !== null) add(whole, record.name);
    for (const parent of record.all("on")) add(parent, record.name);
    // A volume of a pool has nothing under it in /sys; its link says whose it is.
    const pool = lone
      .get(record.name)
      ?.links.map((link) => /^\/dev\/zvol\/([^/]+)\//u.exec(link)?.[1])
      .find((name) => name !== undefined);
    if (pool === undefined || whole !== null) continue;
    for (const member of groups.find((group) => group.kind === "zfs" && group.name === pool)?.members ?? []) {
      add(nameOf.get(member) ?? "", record.name);
    }
  }
  return children;
}

/** A member of a volume group does not say in its first bytes whose it is. */
function namedByGroup(signature: BlockDevice["signature"], groups: readonly DeviceGroup[]): BlockDevice["signature"] {
  if (signature === null || signature.type !== "LVM2_member") return signature;
  return { ...signature, label: groups.find((group) => group.kind === "lvm")?.name ?? null };
}

/** By the device's path. What is mounted of a pool or of a file system on several devices is mounted of each. */
function mountpoints(
  machine: Lines,
  groups: readonly DeviceGroup[],
  resolve: (name: string) => string | null,
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const add = (path: string, mountpoint: string): void => {
    const known = found.get(path) ?? [];
    if (!known.includes(mountpoint)) found.set(path, [...known, mountpoint]);
  };
  for (const line of machine.get("mount") ?? []) {
    const [before = "", after = ""] = line.split(" - ", 2);
    const mountpoint = unescapeMount(before.split(" ")[4] ?? "");
    const [type = "", source = ""] = after.split(" ");
    const path = resolve(unescapeMount(source));
    const group =
      type === "zfs"
        ? groups.find((one) => one.kind === "zfs" && one.name === unescapeMount(source).split("/")[0])
        : groups.find((one) => (one.kind === "btrfs" || one.kind === "bcachefs") && one.members.includes(path ?? ""));
    // bcachefs names all its devices, with colons between them.
    const several = type === "bcachefs" ? source.split(":").map(resolve) : [];
    for (const member of group?.members ?? [path, ...several]) if (member !== null) add(member, mountpoint);
  }
  for (const line of machine.get("swap") ?? []) {
    const path = resolve(unescapeMount(line.split(/\s+/u)[0] ?? ""));
    if (path !== null) add(path, "[SWAP]");
  }
  return found;
}

/** `used=KIB SOURCE`. */
function usedBytes(machine: Lines, resolve: (name: string) => string | null): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const line of machine.get("used") ?? []) {
    const space = line.indexOf(" ");
    const path = resolve(unescapeMount(line.slice(space + 1)));
    if (path !== null) found.set(path, Number(line.slice(0, space)) * 1024);
  }
  return found;
}
