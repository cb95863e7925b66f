// What can be wrong between devices: members of groups that are not declared, groups without members, rings, volumes in pools that are not there.
import { groupOf, sameDevice, sortDevices, spoken } from "../device-order.ts";
import type { DiskLayout, VolumeGroup, Zpool } from "../layout.ts";
import { attributes, contentsOf, devicesOf } from "../walk-layout.ts";
import { mistake, optionPath, repeated, shown, type LayoutMistake } from "./mistake.ts";

export function groupMistakes(layout: DiskLayout): readonly LayoutMistake[] {
  return [
    ...memberMistakes(layout),
    ...ringMistakes(layout),
    ...attributes(layout.lvm_vg).flatMap(([name, group]) => volumeMistakes(name, group)),
    ...poolMistakes(layout),
  ];
}

/** The option of a member that names its group. */
const groupOption = {
  lvm_vg: "vg",
  mdadm: "name",
  zpool: "pool",
  bcachefs_filesystems: "filesystem",
  disk: "type",
  nodev: "type",
} as const;

function memberMistakes(layout: DiskLayout): readonly LayoutMistake[] {
  const members = contentsOf(layout).flatMap(({ content, path }) => {
    const group = groupOf(content);
    return group === null ? [] : [{ path, group }];
  });
  const groups = devicesOf(layout).filter(({ class: kind }) => kind !== "disk" && kind !== "nodev");
  return [
    ...members
      .filter(({ group }) => !groups.some((one) => sameDevice(one, group)))
      .map(({ group, path }) => {
        const declared = groups.filter(({ class: kind }) => kind === group.class).map(({ name }) => name);
        return mistake(
          [...path, groupOption[group.class]],
          `there is no ${optionPath([group.class, group.name])}`,
          declared.length === 0 ? `declare it` : `declare it, or name one of ${declared.join(", ")}`,
        );
      }),
    ...groups
      .filter((group) => !members.some((member) => sameDevice(member.group, group)))
      .map((group) =>
        mistake(
          [group.class, group.name],
          "nothing is part of it",
          "give a partition or disk a content that names it, or take it out",
        ),
      ),
  ];
}

function ringMistakes(layout: DiskLayout): readonly LayoutMistake[] {
  const { cycle } = sortDevices(layout);
  const [first] = cycle ?? [];
  if (cycle === null || first === undefined) return [];
  return [
    mistake(
      [first.class, first.name],
      `devices are made of each other: ${cycle.map(spoken).join(", of ")}`,
      "take one of them out of this ring",
    ),
  ];
}

function volumeMistakes(attribute: string, group: VolumeGroup): readonly LayoutMistake[] {
  const volumes = attributes(group.lvs).map(([name, volume]) => ({ path: ["lvm_vg", attribute, "lvs", name], volume }));
  const pools = volumes.filter(({ volume }) => volume.lvm_type === "thin-pool").map(({ volume }) => volume.name);
  return [
    ...repeated(volumes, ({ volume }) => volume.name).map(({ first, item }) =>
      mistake(
        [...item.path, "name"],
        `${shown(item.volume.name)} is the name of ${optionPath(first.path)} too`,
        "take another",
      ),
    ),
    ...volumes.flatMap(({ path, volume }) => [
      ...(/^(?:\d+(?:\.\d+)?[bBsSkKmMgGtTpPeE]?|\d+%(?:VG|FREE|PVS|ORIGIN)?)$/u.test(volume.size) &&
      !(volume.lvm_type === "thinlv" && volume.size.includes("%"))
        ? []
        : [
            mistake(
              [...path, "size"],
              `${shown(volume.size)} is no size of a logical volume`,
              volume.lvm_type === "thinlv" ? "e.g. 20G" : "e.g. 20G, 100%FREE, 50%VG",
            ),
          ]),
      ...(volume.lvm_type === "thinlv" && !pools.includes(volume.pool ?? "")
        ? [
            mistake(
              [...path, "pool"],
              `${shown(volume.pool ?? "")} is no thin pool of ${group.name}`,
              pools.length === 0 ? "declare one, with lvm_type thin-pool" : `name one of ${pools.join(", ")}`,
            ),
          ]
        : []),
    ]),
  ];
}

const vdevModes = new Set(["", "mirror", "raidz", "raidz1", "raidz2", "raidz3"]);

function poolMistakes(layout: DiskLayout): readonly LayoutMistake[] {
  const members = contentsOf(layout).flatMap(({ content, owner }) =>
    content.type === "zfs" ? [{ pool: content.pool, device: content.device, disk: owner.name }] : [],
  );
  return attributes(layout.zpool).flatMap(([name, pool]) =>
    topologyMistakes(
      ["zpool", name, "mode"],
      pool,
      members.filter((member) => member.pool === name),
    ),
  );
}

function topologyMistakes(
  path: readonly string[],
  { mode }: Zpool,
  members: readonly { readonly device: string; readonly disk: string }[],
): readonly LayoutMistake[] {
  const known = "one of mirror, raidz, raidz1, raidz2, raidz3, or none";
  if (typeof mode === "string") return vdevModes.has(mode) ? [] : [mistake(path, `${shown(mode)} is no mode`, known)];
  const { cache, dedup, log, spare, special, vdev } = mode.topology;
  const vdevs = [...vdev, ...log, ...dedup, ...(special === null ? [] : Array.isArray(special) ? special : [special])];
  const named = [...vdevs.flatMap((one) => one.members), ...spare, ...cache];
  const meant = named.map((name) =>
    members.filter((member) => (name.startsWith("/") ? member.device : member.disk) === name),
  );
  const there = members.map((member) => member.device).join(", ");
  return [
    ...vdevs
      .filter((one) => !vdevModes.has(one.mode))
      .map((one) => mistake([...path, "topology"], `${shown(one.mode)} is no mode`, known)),
    ...named.flatMap((name, index) =>
      meant[index]?.length === 1
        ? []
        : [
            mistake(
              [...path, "topology"],
              `${shown(name)} is ${meant[index]?.length === 0 ? "no member" : "several members"} of the pool`,
              `name disks with one member each, or devices: ${there}`,
            ),
          ],
    ),
    ...members
      .filter((member) => !meant.flat().includes(member))
      .map((member) =>
        mistake(
          [...path, "topology"],
          `${member.device} is to be part of the pool, and stands nowhere in it`,
          "put it into a vdev, or give it another content",
        ),
      ),
    ...repeated(meant.flat(), (member) => member.device).map(({ item }) =>
      mistake([...path, "topology"], `${item.device} stands in it twice`, "take one out"),
    ),
  ];
}
