// The arrays, volume groups and pools of a layout, with what they are made of and what they hold: for pictures and plans.
import { describeContent } from "./describe-content.ts";
import type { PlannedGroup, PlannedVolume } from "./disk-plan.ts";
import type { Content, Dataset, DiskLayout, Mdadm, VolumeGroup, Zpool } from "./layout.ts";

type Member = PlannedGroup["members"][number];

/** The groups in the order in which they are made: what lies on what comes after it. */
export function plannedGroups(layout: DiskLayout): readonly PlannedGroup[] {
  const members = membersOf(layout);
  const of = (key: string): readonly Member[] => members.get(key) ?? [];
  return [
    ...Object.values(layout.mdadm).map((array) => arrayGroup(array, of(`raid ${array.name}`))),
    ...Object.values(layout.lvm_vg).map((group) => volumeGroup(group, of(`lvm ${group.name}`))),
    ...Object.values(layout.zpool).map((pool) => poolGroup(pool, of(`zfs ${pool.name}`))),
    ...Object.values(layout.bcachefs_filesystems).map(({ mountpoint, name, subvolumes }): PlannedGroup => ({
      kind: "bcachefs",
      name,
      level: null,
      members: of(`bcachefs ${name}`),
      volumes: [
        volume(null, null, [["bcachefs", mountpoint].filter((word) => word !== null).join(" ")]),
        ...Object.values(subvolumes).map((one) => volume(one.name, null, place("subvolume", one.mountpoint))),
      ],
    })),
  ];
}

/** By what the group is called in describeContent, the parts that are in it, however deep they lie. */
function membersOf({ disk, mdadm }: DiskLayout): ReadonlyMap<string, readonly Member[]> {
  const members = new Map<string, Member[]>();
  const add = (key: string, member: Member): void => void members.set(key, [...(members.get(key) ?? []), member]);
  const visit = (content: Content | null, member: Member): void => {
    for (const { inner, name } of partsOf(content)) {
      visit(inner, { ...member, part: member.part === null ? name : `${member.part}/${name}` });
    }
    if (content?.type === "luks") visit(content.content, member);
    const group = groupOf(content);
    if (group !== null) add(group, member);
  };
  for (const { content, name } of Object.values(disk)) visit(content, { disk: name, part: null });
  // An array may itself be a member: of a volume group, say.
  for (const { content, name } of Object.values(mdadm)) visit(content, { disk: name, part: null });
  return members;
}

function groupOf(content: Content | null): string | null {
  switch (content?.type) {
    case "lvm_pv":
    case "mdraid":
    case "zfs":
    case "bcachefs":
      return describeContent(content)[0] ?? null;
    default:
      return null;
  }
}

function partsOf(content: Content | null): readonly { readonly name: string; readonly inner: Content | null }[] {
  if (content?.type === "gpt") {
    return Object.values(content.partitions).map((part) => ({ name: part.name, inner: part.content }));
  }
  if (content?.type !== "table") return [];
  return content.partitions.map((part, index) => ({ name: part.name ?? String(index + 1), inner: part.content }));
}

const arrayGroup = ({ content, level, name }: Mdadm, members: readonly Member[]): PlannedGroup => ({
  kind: "raid",
  name,
  level: `raid${level}`,
  members,
  volumes:
    content?.type === "gpt"
      ? Object.values(content.partitions).map((part) => volume(part.name, part.size, describeContent(part.content)))
      : [volume(null, null, describeContent(content))],
});

const volumeGroup = ({ lvs, name }: VolumeGroup, members: readonly Member[]): PlannedGroup => ({
  kind: "lvm",
  name,
  level: null,
  members,
  volumes: Object.values(lvs)
    .toSorted((one, other) => one.priority - other.priority || compare(one.name, other.name))
    .map(({ content, lvm_type, name, pool, size }) =>
      volume(name, size, [
        ...(lvm_type === null ? [] : [pool === null ? lvm_type : `${lvm_type} of ${pool}`]),
        ...describeContent(content),
      ]),
    ),
});

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

const poolGroup = ({ datasets, mode, mountpoint, name }: Zpool, members: readonly Member[]): PlannedGroup => ({
  kind: "zfs",
  name,
  level: levelOf(mode),
  members,
  volumes: [
    ...(mountpoint === null ? [] : [volume(null, null, place("zfs", mountpoint))]),
    ...Object.values(datasets)
      // The pool's own dataset, which disko adds.
      .filter((dataset) => dataset.name !== "__root")
      .map(datasetVolume),
  ],
});

const datasetVolume = (dataset: Dataset): PlannedVolume =>
  dataset.type === "zfs_volume"
    ? volume(dataset.name, dataset.size, describeContent(dataset.content))
    : volume(dataset.name, null, place("zfs", dataset.mountpoint));

function levelOf(mode: Zpool["mode"]): string | null {
  if (typeof mode === "string") return mode === "" ? null : mode;
  const { vdev } = mode.topology;
  const modes = [...new Set(vdev.map((one) => one.mode || "stripe"))];
  return modes.length === 0 ? null : `${modes.join(" + ")}${vdev.length > 1 ? ` × ${vdev.length}` : ""}`;
}

const place = (what: string, mountpoint: string | null): readonly string[] => [
  mountpoint === null ? what : `${what} ${mountpoint}`,
];

const volume = (name: string | null, size: string | null, content: readonly string[]): PlannedVolume => ({
  name,
  size,
  content,
});
