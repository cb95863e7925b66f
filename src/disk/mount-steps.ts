// Opening and mounting everything that a layout declares and that is there. Nothing is made, nothing is changed on a disk.
import { openLuks } from "./create/luks.ts";
import { device, deviceName, line } from "./create/words.ts";
import { numberedPartitions, orderDevices, orderedVolumes } from "./device-order.ts";
import type { DiskStep } from "./disk-plan.ts";
import type { Content, DiskLayout, Zpool } from "./layout.ts";
import { isBind, type LayoutMount, layoutMounts, type LayoutSwap, layoutSwaps, poolDatasets } from "./layout-mounts.ts";
import { around, below, membersOf, swapPath } from "./mount-words.ts";
import { asksForKey, passphraseFile } from "./passphrases.ts";
import type { DeviceName } from "./walk-layout.ts";

/**
 * The steps that open whatever is encrypted, however deep, assemble the arrays, activate the groups and import the pools of the layout (no others), and
 * mount everything below `root`, each after what it lies in. What is open or mounted already stays so: they can be run again.
 *
 * @param root "/mnt"
 * @throws FlotillaError E_DISK_LAYOUT for what readLayout refuses
 */
export function mountSteps(layout: DiskLayout, root: string): readonly DiskStep[] {
  return [
    ...orderDevices(layout).flatMap((name) => openDevice(layout, name, root)),
    ...layoutMounts(layout).flatMap((mount) =>
      around(mount.part, "mount", [
        {
          kind: "mount",
          title: `mount ${mount.source} on ${below(root, mount.mountpoint)}`,
          device: mount.isDevice && mount.type !== "zfs" ? device(mount.source) : null,
          commands: [mountLine(mount, root)],
        },
      ]),
    ),
    // Files lie in what is mounted.
    ...layoutSwaps(layout).flatMap((swap) => swapStep(swap, root)),
  ];
}

function mountLine(mount: LayoutMount, root: string): string {
  const options = mount.options.join(",");
  const place = below(root, mount.mountpoint);
  if (mount.isDevice) return line("mount_at", place, mount.source, mount.type, options);
  return line("mount_again", place, isBind(mount) ? below(root, mount.source) : mount.source, mount.type, options);
}

function swapStep(swap: LayoutSwap, root: string): readonly DiskStep[] {
  const path = swapPath(swap, root);
  return around(swap.part, "mount", [
    {
      kind: "mount",
      title: `swap to ${path}`,
      device: swap.isFile ? null : device(swap.path),
      commands: [line("swap_on", path, ...swap.options)],
    },
  ]);
}

function openDevice(layout: DiskLayout, name: DeviceName, root: string): readonly DiskStep[] {
  const step = (title: string, on: string | null, ...commands: readonly string[]): DiskStep => ({
    kind: "mount",
    title,
    device: on,
    commands,
  });
  const members = membersOf(layout, name);
  switch (name.class) {
    case "disk": {
      const disk = layout.disk[name.name];
      return disk === undefined ? [] : around(disk, "mount", openContent(disk.content));
    }
    case "mdadm": {
      const array = layout.mdadm[name.name];
      if (array === undefined) return [];
      const path = device(`/dev/md/${deviceName(array.name)}`);
      return around(array, "mount", [
        step(`assemble the array ${path}`, path, line("assemble", path, ...members)),
        ...openContent(array.content),
      ]);
    }
    case "lvm_vg": {
      const group = layout.lvm_vg[name.name];
      if (group === undefined) return [];
      const called = deviceName(group.name);
      return around(group, "mount", [
        step(`activate the volume group ${called}`, null, line("activate", called)),
        ...orderedVolumes(group).flatMap(({ content }) => openContent(content)),
      ]);
    }
    case "zpool": {
      const pool = layout.zpool[name.name];
      if (pool === undefined) return [];
      const called = deviceName(pool.name);
      return around(pool, "mount", [
        step(`import the pool ${called}`, null, line("import_pool", called, root, ...members), ...datasetKeys(pool)),
        ...poolDatasets(pool).flatMap(({ dataset }) =>
          dataset.type === "zfs_volume" ? around(dataset, "mount", openContent(dataset.content)) : [],
        ),
      ]);
    }
    case "bcachefs_filesystems": {
      const { passwordFile = null } = layout.bcachefs_filesystems[name.name] ?? {};
      const [first] = members;
      if (passwordFile === null || first === undefined) return [];
      const unlock = line("input_from", passwordFile, "bcachefs", "unlock", "-k", "session", first);
      return [step(`unlock ${first}`, first, unlock)];
    }
    case "nodev":
      return [];
  }
}

/** What has to be opened before what is in it can be seen. */
function openContent(content: Content | null): readonly DiskStep[] {
  switch (content?.type) {
    case "gpt":
      return around(
        content,
        "mount",
        numberedPartitions(content).flatMap(({ partition }) => openContent(partition.content)),
      );
    case "table":
      return around(
        content,
        "mount",
        content.partitions.flatMap((partition) => openContent(partition.content)),
      );
    case "luks": {
      const on = device(content.device);
      return around(content, "mount", [
        { kind: "mount", title: `open ${on} as ${content.name}`, device: on, commands: [openLuks(content)] },
        ...openContent(content.content),
      ]);
    }
    default:
      return [];
  }
}

/** A key file is named, since what is asked for at each boot has often been set only after the pool was made. */
function datasetKeys(pool: Zpool): readonly string[] {
  const all = [
    { name: deviceName(pool.name), options: pool.rootFsOptions },
    ...poolDatasets(pool).map(({ dataset, name }) => ({ name, options: dataset.options })),
  ];
  return all.flatMap(({ name, options }) => {
    const location = options["keylocation"] ?? "none";
    if (asksForKey(options)) {
      return [line("dataset_key", name, "zfs", "load-key", "-L", `file://${passphraseFile("zfs", name)}`, name)];
    }
    return location === "none" ? [] : [line("dataset_key", name, "zfs", "load-key", "-L", location, name)];
  });
}
