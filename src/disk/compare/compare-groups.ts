// Arrays, volume groups, pools and bcachefs of a layout against those of a machine.
import { devicesNamed } from "../block-devices.ts";
import { contentSteps, stepsOfDevice } from "../create/create-steps.ts";
import { createVolumeGroup } from "../create/groups.ts";
import { withHooks } from "../create/hooks.ts";
import { createDataset } from "../create/zpool.ts";
import { orderedVolumes } from "../device-order.ts";
import type { DiskStep } from "../disk-plan.ts";
import type { VolumeGroup, Zpool } from "../layout.ts";
import { poolDatasets } from "../layout-mounts.ts";
import type { BlockDevice, DeviceGroup } from "../machine-disks.ts";
import { membersOf } from "../mount-words.ts";
import type { DeviceName } from "../walk-layout.ts";
import { compareContent } from "./compare-content.ts";
import { type ComparedPart, type Comparison, option, part, within } from "./compared-part.ts";
import { growVolumes } from "./grow-content.ts";

/** What the disks of the group's members were found to hold: what is not there yet, and what cannot be seen. */
export interface MemberState {
  readonly hidden: boolean;
  /** All of its members are yet to be made, or empty. */
  readonly allNew: boolean;
}

/** A group with what is in it. */
export function compareGroup(comparison: Comparison, name: DeviceName, members: MemberState): readonly ComparedPart[] {
  const kind = kindOf(name);
  if (kind === null) return [];
  const at = option([name.class, name.name]);
  const called = comparison.layout[name.class][name.name];
  if (called === undefined) return [];
  const what = `${wordOf(kind)} ${name.name}`;
  const groups = comparison.machine.groups.filter((group) => group.kind === kind && isMeant(comparison, name, group));
  const [group, ...more] = groups;
  if (more.length > 0) return [part(at, what, "other", { why: `the machine has ${groups.length} of this name` })];
  if (group === undefined) {
    if (members.hidden) return [part(at, what, "hidden", { why: "what it lies on is not open, or could not be read" })];
    if (!members.allNew) {
      return [
        part(at, what, "missing", { why: "some of its devices hold something already, and it is made of all at once" }),
      ];
    }
    return [part(at, what, "missing", { make: stepsOfDevice(comparison.layout, name, comparison.root) })];
  }
  const foreign = foreignMembers(comparison, name, group, members.hidden);
  if (foreign !== null) return [part(at, what, "other", { why: foreign })];
  return [part(at, what, "same"), ...compareInside(comparison, name, group, at)];
}

function kindOf(name: DeviceName): DeviceGroup["kind"] | null {
  switch (name.class) {
    case "lvm_vg":
      return "lvm";
    case "mdadm":
      return "raid";
    case "zpool":
      return "zfs";
    case "bcachefs_filesystems":
      return "bcachefs";
    case "disk":
    case "nodev":
      return null;
  }
}

function wordOf(kind: DeviceGroup["kind"]): string {
  return { lvm: "volume group", raid: "array", zfs: "pool", bcachefs: "bcachefs", btrfs: "btrfs" }[kind];
}

function isMeant({ layout }: Comparison, name: DeviceName, group: DeviceGroup): boolean {
  if (name.class === "bcachefs_filesystems") {
    return group.uuid === layout.bcachefs_filesystems[name.name]?.uuid.toLowerCase();
  }
  return group.name === name.name;
}

/** Devices that the group has and the layout does not give it, or the reverse. */
function foreignMembers(comparison: Comparison, name: DeviceName, group: DeviceGroup, hidden: boolean): string | null {
  const named = membersOf(comparison.layout, name).map((path) => ({
    path,
    device: devicesNamed(comparison.machine, path)[0]?.path ?? null,
  }));
  const wanted = new Set(named.map(({ device }) => device));
  const more = group.members.filter((member) => !wanted.has(member) && !(hidden && member.startsWith("[")));
  // One that cannot be seen may well be in it.
  const less = named.filter(({ device }) => (device === null ? !hidden : !group.members.includes(device)));
  const words = [
    ...(more.length === 0 ? [] : [`${more.join(" and ")} is in it too`]),
    ...(less.length === 0 ? [] : [`${less.map(({ path }) => path).join(" and ")} is not in it, and is added by hand`]),
  ];
  return words.length === 0 ? null : words.join("; ");
}

function compareInside(
  comparison: Comparison,
  name: DeviceName,
  group: DeviceGroup,
  at: string,
): readonly ComparedPart[] {
  const { layout } = comparison;
  switch (name.class) {
    case "mdadm": {
      const [device] = devicesNamed(comparison.machine, `/dev/md/${name.name}`);
      const content = layout.mdadm[name.name]?.content ?? null;
      return compareContent(comparison, content, {
        option: within(at, "content"),
        device: device ?? null,
        hidden: device === undefined,
      });
    }
    case "lvm_vg": {
      const declared = layout.lvm_vg[name.name];
      return declared === undefined ? [] : compareVolumes(comparison, declared, group, at);
    }
    case "zpool": {
      const declared = layout.zpool[name.name];
      return declared === undefined ? [] : compareDatasets(comparison, declared, group, at);
    }
    case "bcachefs_filesystems":
    case "disk":
    case "nodev":
      return [];
  }
}

function compareVolumes(
  comparison: Comparison,
  declared: VolumeGroup,
  group: DeviceGroup,
  at: string,
): readonly ComparedPart[] {
  // The first step is the group's own; then one a volume.
  const [, ...make] = createVolumeGroup(
    declared,
    membersOf(comparison.layout, { class: "lvm_vg", name: declared.name }),
  );
  const known = group.volumes?.map((volume) => volume.name) ?? null;
  return orderedVolumes(declared).flatMap((volume, index): readonly ComparedPart[] => {
    const own = within(at, "lvs", volume.name);
    const what = `logical volume ${declared.name}/${volume.name}`;
    const [device] = devicesNamed(comparison.machine, `/dev/${declared.name}/${volume.name}`);
    const inside = (spot: { readonly device: BlockDevice | null; readonly hidden: boolean }): readonly ComparedPart[] =>
      compareContent(comparison, volume.content, { option: within(own, "content"), ...spot });
    if (known === null) return [part(own, what, "hidden", { why: "the group could not be read" })];
    if (!known.includes(volume.name)) {
      const step = make[index];
      const steps: readonly DiskStep[] = step === undefined ? [] : [step, ...contentSteps(volume.content)];
      return [part(own, what, "missing", { make: steps })];
    }
    const grow = roomToGrow(group, declared, volume.name) ? growVolumes(comparison, declared) : [];
    return [
      grow.length === 0
        ? part(own, what, "same")
        : part(own, what, "smaller", { why: `${group.free ?? 0} bytes of the group are free`, make: grow }),
      // A pool of thin volumes has nothing in it that could be seen.
      ...(volume.content === null ? [] : inside({ device: device ?? null, hidden: device === undefined })),
    ];
  });
}

/** Whether the volume is to have all that is left, and nothing else of the layout is still to be made of it. */
function roomToGrow(group: DeviceGroup, declared: VolumeGroup, name: string): boolean {
  const rest = orderedVolumes(declared).find(
    ({ lvm_type: type, size }) => type === null && /^100%(?:FREE)?$/u.test(size),
  );
  const all = Object.values(declared.lvs).every(
    (one) => group.volumes?.some((volume) => volume.name === one.name) === true,
  );
  // An extent is 4 MiB; a volume group rounds to it.
  return rest?.name === name && all && (group.free ?? 0) >= 8 * 1024 ** 2;
}

function compareDatasets(
  comparison: Comparison,
  declared: Zpool,
  group: DeviceGroup,
  at: string,
): readonly ComparedPart[] {
  const known = group.volumes?.map((volume) => volume.name) ?? null;
  return poolDatasets(declared).flatMap(({ dataset, name }): readonly ComparedPart[] => {
    const own = within(at, "datasets", dataset.name);
    const what = `dataset ${name}`;
    if (known === null) return [part(own, what, "hidden", { why: "the pool is not imported" })];
    const content = dataset.type === "zfs_volume" ? dataset.content : null;
    if (!known.includes(name)) {
      const make = withHooks(dataset, [createDataset(declared, dataset), ...contentSteps(content)]);
      return [part(own, what, "missing", { make })];
    }
    const [device] = devicesNamed(comparison.machine, `/dev/zvol/${name}`);
    return [
      part(own, what, "same"),
      ...compareContent(comparison, content, {
        option: within(own, "content"),
        device: device ?? null,
        hidden: device === undefined,
      }),
    ];
  });
}
