// Taking back what mounting did: nothing of the layout is mounted, swapped to, open, active or imported afterwards.
import { device, deviceName, line } from "./create/words.ts";
import { numberedPartitions, orderDevices, orderedVolumes } from "./device-order.ts";
import type { DiskStep } from "./disk-plan.ts";
import type { Content, DiskLayout } from "./layout.ts";
import { layoutMounts, layoutSwaps, poolDatasets } from "./layout-mounts.ts";
import { around, below, swapPath } from "./mount-words.ts";
import type { DeviceName } from "./walk-layout.ts";

/**
 * The reverse of mountSteps, in the reverse order. What is not mounted or open is no error.
 *
 * @throws FlotillaError E_DISK_LAYOUT for what readLayout refuses
 */
export function unmountSteps(layout: DiskLayout, root: string): readonly DiskStep[] {
  return [
    ...layoutSwaps(layout)
      .toReversed()
      .flatMap((swap) =>
        around(swap.part, "unmount", [
          unmountStep(`stop swapping to ${swapPath(swap, root)}`, swap.isFile ? null : swap.path, [
            line("leave_swap", swapPath(swap, root)),
          ]),
        ]),
      ),
    ...layoutMounts(layout)
      .toReversed()
      .flatMap((mount) => {
        const place = below(root, mount.mountpoint);
        return around(mount.part, "unmount", [
          unmountStep(`unmount ${place}`, mount.isDevice && mount.type !== "zfs" ? mount.source : null, [
            line("unmount", place),
          ]),
        ]);
      }),
    ...orderDevices(layout)
      .toReversed()
      .flatMap((name) => closeDevice(layout, name)),
  ];
}

/** Content before what it lies in. */
function closeContent(content: Content | null): readonly DiskStep[] {
  switch (content?.type) {
    case "gpt":
      return around(
        content,
        "unmount",
        numberedPartitions(content)
          .toReversed()
          .flatMap(({ partition }) => closeContent(partition.content)),
      );
    case "table":
      return around(
        content,
        "unmount",
        content.partitions.toReversed().flatMap((partition) => closeContent(partition.content)),
      );
    case "luks":
      return around(content, "unmount", [
        ...closeContent(content.content),
        unmountStep(`close ${content.name}`, device(content.device), [line("close_device", deviceName(content.name))]),
      ]);
    default:
      return [];
  }
}

function closeDevice(layout: DiskLayout, name: DeviceName): readonly DiskStep[] {
  switch (name.class) {
    case "disk": {
      const disk = layout.disk[name.name];
      return disk === undefined ? [] : around(disk, "unmount", closeContent(disk.content));
    }
    case "mdadm": {
      const array = layout.mdadm[name.name];
      if (array === undefined) return [];
      const path = device(`/dev/md/${deviceName(array.name)}`);
      return around(array, "unmount", [
        ...closeContent(array.content),
        unmountStep(`stop the array ${path}`, path, [line("stop_array", path)]),
      ]);
    }
    case "lvm_vg": {
      const group = layout.lvm_vg[name.name];
      if (group === undefined) return [];
      const called = deviceName(group.name);
      return around(group, "unmount", [
        ...orderedVolumes(group)
          .toReversed()
          .flatMap(({ content }) => closeContent(content)),
        unmountStep(`deactivate the volume group ${called}`, null, [line("deactivate", called)]),
      ]);
    }
    case "zpool": {
      const pool = layout.zpool[name.name];
      if (pool === undefined) return [];
      const called = deviceName(pool.name);
      return around(pool, "unmount", [
        ...poolDatasets(pool)
          .toReversed()
          .flatMap(({ dataset }) =>
            dataset.type === "zfs_volume" ? around(dataset, "unmount", closeContent(dataset.content)) : [],
          ),
        unmountStep(`export the pool ${called}`, null, [line("export_pool", called)]),
      ]);
    }
    case "bcachefs_filesystems":
    case "nodev":
      return [];
  }
}

const unmountStep = (title: string, on: string | null, commands: readonly string[]): DiskStep => ({
  kind: "unmount",
  title,
  device: on,
  commands,
});
