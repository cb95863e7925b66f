// The groups of a machine: those that their members' first bytes name, and those that LVM and ZFS tell of.
import { deviceFromRecord, type LoneDevice } from "./device-from-record.ts";
import { unescapeUdev } from "./device-names.ts";
import type { DeviceRecord, Lines } from "./disk-records.ts";
import type { DeviceGroup } from "./machine-disks.ts";

type Volumes = NonNullable<DeviceGroup["volumes"]>;

/**
 * @param resolve the path of the device that a name under /dev stands for; null: none
 */
export function deviceGroups(
  records: readonly DeviceRecord[],
  machine: Lines,
  resolve: (name: string) => string | null,
): readonly DeviceGroup[] {
  const devices = records.map(deviceFromRecord);
  const told = volumeGroups(machine, resolve);
  return [
    ...signedGroups(devices, machine, resolve),
    ...(told.length > 0 ? told : activeVolumeGroups(records, resolve)),
  ];
}

function kindOfMember(type: string): DeviceGroup["kind"] | null {
  if (type === "btrfs" || type === "bcachefs") return type;
  if (type === "zfs_member") return "zfs";
  return type.endsWith("_raid_member") ? "raid" : null;
}

/** Arrays, pools and file systems: devices with the same UUID belong together. */
function signedGroups(
  devices: readonly LoneDevice[],
  machine: Lines,
  resolve: (name: string) => string | null,
): readonly DeviceGroup[] {
  const byKey = new Map<string, { kind: DeviceGroup["kind"]; devices: LoneDevice[] }>();
  for (const device of devices) {
    const kind = kindOfMember(device.signature?.type ?? "");
    if (kind === null) continue;
    const key = `${kind} ${device.signature?.uuid ?? device.path}`;
    const group = byKey.get(key) ?? { kind, devices: [] };
    group.devices.push(device);
    byKey.set(key, group);
  }
  return [...byKey.values()].map(({ kind, devices: members }): DeviceGroup => {
    const { label = null, uuid = null } = members.find((one) => one.signature !== null)?.signature ?? {};
    // mdadm puts the host that made the array before its name.
    const name = (kind === "raid" ? label?.replace(/^[^:]*:/u, "") : label) ?? uuid ?? members[0]?.path ?? "";
    const pool = kind === "zfs" ? poolLine(machine, uuid) : null;
    return {
      kind,
      name,
      uuid,
      members: members.map((member) => member.path),
      size: bytes(pool?.[2]),
      free: bytes(pool?.[3]),
      volumes:
        pool === null
          ? subvolumes(machine, members, resolve)
          : split(machine, "dataset", "\t")
              .filter(([dataset = ""]) => dataset.startsWith(`${name}/`))
              .map(([dataset = "", used]) => ({ name: dataset, size: bytes(used) })),
    };
  });
}

const poolLine = (machine: Lines, uuid: string | null): readonly string[] | null =>
  split(machine, "zpool", "\t").find(([, guid]) => guid === uuid) ?? null;

/** `subvolumes=DEVICE` for each file system that could be asked, `subvolume=DEVICE …` for each of its subvolumes. */
function subvolumes(
  machine: Lines,
  members: readonly LoneDevice[],
  resolve: (name: string) => string | null,
): Volumes | null {
  const paths = new Set(members.map((member) => member.path));
  const sources = (machine.get("subvolumes") ?? []).filter((source) => paths.has(resolve(source) ?? ""));
  if (sources.length === 0) return null;
  return (machine.get("subvolume") ?? [])
    .filter((line) => sources.some((source) => line.startsWith(`${source} `)))
    .map((line) => /^\S+ ID \d+ gen \d+ top level \d+ path (?:<FS_TREE>\/)?(.*)$/u.exec(line)?.[1] ?? "")
    .filter((name) => name !== "")
    .map((name) => ({ name, size: null }));
}

/** As pvs and lvs tell it; a physical volume that is missing has a name in brackets. */
function volumeGroups(machine: Lines, resolve: (name: string) => string | null): readonly DeviceGroup[] {
  const groups = new Map<string, DeviceGroup>();
  for (const [device = "", name = "", uuid = "", size, free] of split(machine, "pvs", "|")) {
    if (name === "") continue;
    const member = device.startsWith("[") ? device : (resolve(device) ?? device);
    const known = groups.get(uuid);
    groups.set(uuid, {
      kind: "lvm",
      name,
      uuid,
      size: bytes(size),
      free: bytes(free),
      members: [...(known?.members ?? []), member],
      volumes: split(machine, "lvs", "|")
        .filter(([group]) => group === uuid)
        .map(([, volume = "", bytesOf]) => ({ name: volume, size: bytes(bytesOf) })),
    });
  }
  return [...groups.values()];
}

/** Without LVM's programs: the volumes that are active, whose mapper UUID begins with their group's. */
function activeVolumeGroups(
  records: readonly DeviceRecord[],
  resolve: (name: string) => string | null,
): readonly DeviceGroup[] {
  const groups = new Map<string, { name: string; members: Set<string>; volumes: string[] }>();
  const byName = new Map(records.map((record) => [record.name, record] as const));
  for (const record of records) {
    const uuid = /^LVM-(.{32})/u.exec(record.get("mapper_uuid") ?? "")?.[1];
    const path = deviceFromRecord(record).links.find((link) => !link.startsWith("/dev/mapper/"));
    const [group = "", volume = ""] = path?.replace("/dev/", "").split("/") ?? [];
    if (uuid === undefined || group === "") continue;
    const known = groups.get(uuid) ?? { name: group, members: new Set<string>(), volumes: [] };
    for (const member of membersUnder(record, byName)) known.members.add(resolve(`/dev/${member}`) ?? `/dev/${member}`);
    known.volumes.push(volume);
    groups.set(uuid, known);
  }
  return [...groups].map(([uuid, { members, name, volumes }]) => ({
    kind: "lvm",
    name,
    uuid,
    members: [...members],
    size: null,
    free: null,
    volumes: volumes.map((volume) => ({ name: volume, size: null })),
  }));
}

function membersUnder(record: DeviceRecord, byName: ReadonlyMap<string, DeviceRecord>): readonly string[] {
  return record.all("on").flatMap((name) => {
    const under = byName.get(name);
    if (under === undefined) return [];
    return under.known("ID_FS_TYPE") === "LVM2_member" ? [name] : membersUnder(under, byName);
  });
}

const split = (lines: Lines, key: string, separator: string): readonly (readonly string[])[] =>
  (lines.get(key) ?? []).map((line) => line.split(separator).map((word) => unescapeUdev(word.trim())));

function bytes(text: string | undefined): number | null {
  return text !== undefined && /^\d+$/u.test(text) ? Number(text) : null;
}
