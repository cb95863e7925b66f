// A machine whose disks are exactly as a layout says: what the steps of a plan are meant to end in, made up without running them.
import { numberedPartitions } from "./device-order.ts";
import { poolDatasets } from "./layout-mounts.ts";
import type { Content, DiskLayout, Gpt } from "./layout.ts";
import type { BlockDevice, DeviceGroup, MachineDisks, Signature } from "./machine-disks.ts";
import { placeGpt } from "./place/place-gpt.ts";
import { typeGuid } from "./compare/partition-types.ts";
import { signatureOf } from "./create/file-systems.ts";
import { testDevice } from "./test-machine.ts";

/** @param blank a machine with the disks of the layout by the layout's own paths, and whatever else */
export function madeMachine(layout: DiskLayout, blank: MachineDisks): MachineDisks {
  const groups = new Map<string, { kind: DeviceGroup["kind"]; members: string[] }>();
  const inGroups = new Map<string, readonly BlockDevice[]>();
  let mapped = 0;
  const nextPath = (): string => {
    mapped += 1;
    return `/dev/dm-${mapped}`;
  };

  const on = (content: Content | null, base: BlockDevice): BlockDevice => {
    const signed = (type: string, label: string | null = null): Signature => ({ type, uuid: `of ${base.path}`, label });
    const member = (kind: DeviceGroup["kind"], name: string, type: string): BlockDevice => {
      const group = groups.get(`${kind} ${name}`) ?? { kind, members: [] };
      group.members.push(base.path);
      groups.set(`${kind} ${name}`, group);
      return { ...base, signature: signed(type, name), children: devicesIn(kind, name) };
    };
    switch (content?.type) {
      case undefined:
        return base;
      case "gpt":
        return { ...withTable(base), children: partitions(content, base) };
      case "table":
        return withTable(base);
      case "filesystem":
        return { ...base, signature: signed(signatureOf(content.format)) };
      case "btrfs":
        groups.set(`btrfs ${base.path}`, { kind: "btrfs", members: [base.path] });
        return { ...base, signature: signed("btrfs") };
      case "swap":
        return content.randomEncryption ? base : { ...base, signature: signed("swap") };
      case "luks": {
        const opened = testDevice(nextPath(), {
          kind: "crypt",
          size: base.size,
          links: [`/dev/mapper/${content.name}`],
        });
        return { ...base, signature: signed("crypto_LUKS"), children: [on(content.content, opened)] };
      }
      case "lvm_pv":
        return member("lvm", content.vg, "LVM2_member");
      case "mdraid":
        return member("raid", content.name, "linux_raid_member");
      case "zfs":
        return member("zfs", content.pool, "zfs_member");
      case "bcachefs":
        return member("bcachefs", content.filesystem, "bcachefs");
    }
  };

  const partitions = (gpt: Gpt, disk: BlockDevice): readonly BlockDevice[] =>
    placeGpt(gpt, disk).partitions.flatMap(({ end, number, start }) => {
      const declared = numberedPartitions(gpt).find((one) => one.number === number)?.partition;
      if (declared === undefined) return [];
      const base = testDevice(`${disk.path}p${number}`, {
        kind: "partition",
        size: (end - start + 1) * disk.sectorSize,
        links: [declared.device],
        partition: {
          number,
          start,
          end,
          type: typeGuid(declared.type) ?? "",
          uuid: declared.uuid ?? `uuid of ${disk.path} ${number}`,
          label: declared.label,
        },
      });
      return [on(declared.content, base)];
    });

  /** What a group's members carry: the same devices under each. */
  const devicesIn = (kind: DeviceGroup["kind"], name: string): readonly BlockDevice[] => {
    const key = `${kind} ${name}`;
    const known = inGroups.get(key);
    if (known !== undefined) return known;
    const made = kind === "lvm" ? volumesIn(name) : kind === "raid" ? arrayOf(name) : [];
    inGroups.set(key, made);
    return made;
  };
  const volumesIn = (name: string): readonly BlockDevice[] =>
    Object.values(layout.lvm_vg[name]?.lvs ?? {}).map((volume) =>
      on(volume.content, testDevice(nextPath(), { kind: "lvm", links: [`/dev/${name}/${volume.name}`] })),
    );
  const arrayOf = (name: string): readonly BlockDevice[] => [
    on(layout.mdadm[name]?.content ?? null, testDevice(nextPath(), { kind: "raid", links: [`/dev/md/${name}`] })),
  ];

  const disks = blank.disks.map((disk) => {
    const declared = Object.values(layout.disk).find(({ device }) => device === disk.path);
    return declared === undefined ? disk : on(declared.content, disk);
  });
  return {
    ...blank,
    disks,
    groups: [
      ...blank.groups,
      ...[...groups].map(([key, { kind, members }]): DeviceGroup => {
        const name = key.slice(kind.length + 1);
        return {
          kind,
          name,
          uuid: uuidOf(layout, kind, name),
          members,
          size: null,
          free: 0,
          volumes: volumesOf(layout, kind, name),
        };
      }),
    ],
  };
}

const withTable = (disk: BlockDevice): BlockDevice => ({
  ...disk,
  table: { type: "gpt", id: "made", firstSector: 34, lastSector: disk.size / disk.sectorSize - 34 },
});

const uuidOf = (layout: DiskLayout, kind: DeviceGroup["kind"], name: string): string =>
  (kind === "bcachefs" ? layout.bcachefs_filesystems[name]?.uuid : undefined) ?? `uuid of ${kind} ${name}`;

function volumesOf(layout: DiskLayout, kind: DeviceGroup["kind"], name: string): DeviceGroup["volumes"] {
  const named = (names: readonly string[]): DeviceGroup["volumes"] =>
    names.map((volume) => ({ name: volume, size: null }));
  switch (kind) {
    case "lvm":
      return named(Object.values(layout.lvm_vg[name]?.lvs ?? {}).map((volume) => volume.name));
    case "zfs": {
      const pool = layout.zpool[name];
      return pool === undefined ? [] : named(poolDatasets(pool).map((dataset) => dataset.name));
    }
    case "btrfs":
      return named(allSubvolumes(layout));
    case "raid":
    case "bcachefs":
      return null;
  }
}

/** All subvolumes of the layout: which file system has which does not matter to a test, since names are looked up in their own. */
function allSubvolumes(layout: DiskLayout): readonly string[] {
  const inside = (content: Content | null): readonly string[] => {
    switch (content?.type) {
      case "btrfs":
        return Object.values(content.subvolumes).map(({ name }) => name);
      case "luks":
        return inside(content.content);
      case "gpt":
        return Object.values(content.partitions).flatMap((partition) => inside(partition.content));
      default:
        return [];
    }
  };
  return [
    ...Object.values(layout.disk).flatMap(({ content }) => inside(content)),
    ...Object.values(layout.mdadm).flatMap(({ content }) => inside(content)),
    ...Object.values(layout.lvm_vg).flatMap(({ lvs }) => Object.values(lvs).flatMap(({ content }) => inside(content))),
  ];
}
