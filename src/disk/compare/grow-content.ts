// What grows when the device under it did, from the outside in.
import { devicesNamed } from "../block-devices.ts";
import { resizeLuks } from "../create/luks.ts";
import { device, deviceName } from "../create/words.ts";
import { orderedVolumes } from "../device-order.ts";
import type { DiskStep } from "../disk-plan.ts";
import type { Content, VolumeGroup } from "../layout.ts";
import type { BlockDevice } from "../machine-disks.ts";
import { growStep } from "./change-steps.ts";
import type { Comparison } from "./compared-part.ts";

/**
 * The steps that let a content have all of its device; null where it cannot grow there.
 * @param found what the machine has there
 */
export function growContent(
  comparison: Comparison,
  content: Content | null,
  found: BlockDevice,
): readonly DiskStep[] | null {
  if (content === null) return [];
  const place = found.mountpoints.find((mountpoint) => mountpoint !== "[SWAP]");
  const on = device(content.device);
  switch (content.type) {
    case "filesystem":
      switch (content.format) {
        case "ext2":
        case "ext3":
        case "ext4":
          return [growStep(`grow the ${content.format} on ${on}`, on, "grow_ext", on)];
        case "xfs":
          return [growStep(`grow the xfs on ${on}`, on, "grow_mounted", "xfs", on, place ?? "")];
        case "f2fs":
          // It grows only while it is not mounted.
          return place === undefined ? [growStep(`grow the f2fs on ${on}`, on, "resize.f2fs", on)] : null;
        default:
          return null;
      }
    case "btrfs":
      return [growStep(`grow the btrfs on ${on}`, on, "grow_mounted", "btrfs", on, place ?? "")];
    case "luks": {
      const opened = found.children.find(({ kind }) => kind === "crypt");
      // When it is opened, it takes all of its device; what is in it cannot be reached until then.
      if (opened === undefined) return null;
      const inner = growContent(comparison, content.content, opened);
      const resize: DiskStep = {
        kind: "change",
        title: `grow ${content.name}`,
        device: on,
        commands: [resizeLuks(content)],
      };
      return inner === null ? null : [resize, ...inner];
    }
    case "lvm_pv":
      return [
        growStep(`grow the physical volume on ${on}`, on, "pvresize", on),
        ...growVolumes(comparison, comparison.layout.lvm_vg[content.vg]),
      ];
    case "zfs":
      return [growStep(`grow the pool ${content.pool} on ${on}`, on, "zpool", "online", "-e", content.pool, on)];
    case "bcachefs":
      return [growStep(`grow the bcachefs on ${on}`, on, "bcachefs", "device", "resize", on)];
    case "swap":
    case "mdraid":
    case "gpt":
    case "table":
      return null;
  }
}

/** The volume that is to have the rest of its group. */
export function growVolumes(comparison: Comparison, group: VolumeGroup | undefined): readonly DiskStep[] {
  if (group === undefined) return [];
  const volume = orderedVolumes(group).find(
    ({ lvm_type: type, size }) => type === null && /^100%(?:FREE)?$/u.test(size),
  );
  const path = volume === undefined ? "" : `/dev/${deviceName(group.name)}/${deviceName(volume.name)}`;
  const [there] = devicesNamed(comparison.machine, path);
  if (volume === undefined || there === undefined) return [];
  const inner = growContent(comparison, volume.content, there);
  if (inner === null) return [];
  return [growStep(`grow the logical volume ${path}`, path, "lvextend", "--extents", "+100%FREE", path), ...inner];
}
