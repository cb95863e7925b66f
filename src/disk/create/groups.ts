// What several devices are made into: arrays, volume groups, bcachefs. (Pools of ZFS: zpool.ts.)
import type { DiskStep } from "../disk-plan.ts";
import { orderedVolumes } from "../device-order.ts";
import type {
  BcachefsFilesystem,
  BcachefsMember,
  LogicalVolume,
  LvmPhysicalVolume,
  Mdadm,
  VolumeGroup,
} from "../layout.ts";
import { attributes } from "../walk-layout.ts";
import { device, deviceName, line, plainWord, shellWords, words } from "./words.ts";

/** @param members paths of its devices, in the order in which they were made */
export function createArray(array: Mdadm, members: readonly string[]): DiskStep {
  const path = device(`/dev/md/${deviceName(array.name)}`);
  return {
    kind: "create",
    title: `make the array ${path} (raid${array.level}) of ${members.join(", ")}`,
    device: path,
    commands: [
      line(
        ["array", path, String(members.length), ...members.map(device)],
        ["mdadm", "--create", path, `--level=${array.level}`, `--raid-devices=${members.length}`],
        [`--metadata=${array.metadata}`, "--force", "--homehost=any", ...array.extraArgs],
        ...members.map(device),
      ),
    ],
  };
}

export function createPhysicalVolume(volume: LvmPhysicalVolume): DiskStep {
  const on = device(volume.device);
  return {
    kind: "create",
    title: `make ${on} a physical volume of ${volume.vg}`,
    device: on,
    commands: [line("create", "LVM2_member", "on", on, "with", "pvcreate", on)],
  };
}

/** The group with all of its logical volumes; not what lies on them. */
export function createVolumeGroup(group: VolumeGroup, members: readonly string[]): readonly DiskStep[] {
  const name = deviceName(group.name);
  const volumes = orderedVolumes(group);
  const modules = new Set(["dm-snapshot", ...volumes.flatMap(({ lvm_type: type }) => kernelModule(type))]);
  return [
    {
      kind: "create",
      title: `make the volume group ${name} of ${members.join(", ")}`,
      device: null,
      commands: [line("kernel_modules", ...modules), line("volume_group", name, ...members.map(device))],
    },
    ...volumes.map((volume): DiskStep => createVolume(name, volume)),
  ];
}

const kernelModule = (type: LogicalVolume["lvm_type"]): readonly string[] =>
  type === null || type === "thinlv" ? [] : [`dm-${type}`];

function createVolume(group: string, volume: LogicalVolume): DiskStep {
  const name = deviceName(volume.name);
  const thin = volume.lvm_type === "thinlv";
  const unit = thin ? "-V" : volume.size.includes("%") ? "-l" : "-L";
  return {
    kind: "create",
    title: `make the logical volume ${group}/${name} (${volume.size})`,
    device: `/dev/${group}/${name}`,
    commands: [
      line(
        ["logical_volume", `${group}/${name}`],
        [
          "lvcreate",
          "--yes",
          unit,
          plainWord(volume.size.endsWith("%") ? `${volume.size}FREE` : volume.size),
          "-n",
          name,
        ],
        ...(thin ? [`--thinpool=${deviceName(volume.pool ?? "")}`] : []),
        ...(volume.lvm_type === null || thin ? [] : [`--type=${volume.lvm_type}`]),
        [...shellWords(volume.extraArgs), group],
      ),
    ],
  };
}

/** The file system over all members, then its subvolumes. */
export function createBcachefs(
  filesystem: BcachefsFilesystem,
  members: readonly BcachefsMember[],
): readonly DiskStep[] {
  const uuid = plainWord(filesystem.uuid);
  const devices = members.map((member) => device(member.device));
  const format = words(
    ["bcachefs", "format"],
    members.flatMap((member) => [`--label=${member.label}`, ...member.extraFormatArgs, device(member.device)]),
    [`--uuid=${uuid}`, ...shellWords(filesystem.extraFormatArgs)],
  );
  const { passwordFile } = filesystem;
  const path = `/dev/disk/by-uuid/${uuid}`;
  const subvolumes = attributes(filesystem.subvolumes);
  return [
    {
      kind: "create",
      title: `format ${devices.join(", ")} as bcachefs`,
      device: path,
      commands: [
        line(
          ["bcachefs_on", uuid, String(devices.length), ...devices],
          ...(passwordFile === null ? format : ["input_from", passwordFile, ...format, "--encrypted"]),
        ),
        line("settle", ...devices),
      ],
    },
    ...(subvolumes.length === 0
      ? []
      : [
          {
            kind: "create" as const,
            title: `make subvolumes on ${filesystem.name}`,
            device: path,
            commands: [
              ...(passwordFile === null
                ? []
                : [line("input_from", passwordFile, "bcachefs", "unlock", "-k", "session", path)]),
              line("within", "bcachefs", mountOptions(filesystem.mountOptions), path),
              ...subvolumes.map(([, subvolume]) => line("bcachefs_subvolume", subvolume.name)),
            ],
          },
        ]),
  ];
}

const mountOptions = (options: readonly string[]): string => [...new Set(["X-mount.mkdir", ...options])].join(",");
