// Plans for disks: what is wiped, what is added, what grows, and all that is refused.
import { describe, expect, test } from "vitest";
import type { DiskPlan } from "./disk-plan.ts";
import type { DiskLayout } from "./layout.ts";
import { DevicePath, type BlockDevice, type MachineDisks } from "./machine-disks.ts";
import { madeMachine } from "./made-machine.test-support.ts";
import { type DiskWish, planDisks } from "./plan-disks.ts";
import { readLayout } from "./read-layout.ts";
import { GiB, testDevice, testDisk, testGroup, testMachine, testPartition } from "./test-machine.ts";

type Partitions = Readonly<Record<string, object>>;
const ext4 = (mountpoint: string): object => ({ type: "filesystem", format: "ext4", mountpoint });
const gpt = (partitions: Partitions): object => ({ type: "gpt", partitions });
const diskOf = (device: string, partitions: Partitions, more: object = {}): object => ({
  type: "disk",
  device,
  content: gpt(partitions),
  ...more,
});
const layoutOf = (disk: Readonly<Record<string, object>>, more: object = {}): DiskLayout =>
  readLayout({ disk, ...more }, "disko.devices");

const plan = (layout: DiskLayout, machine: MachineDisks, given: Partial<DiskWish> = {}): DiskPlan =>
  planDisks({
    layout,
    machine,
    mode: "create",
    wipe: new Map(),
    root: "/mnt",
    runningSystem: "stays",
    thenMount: false,
    ...given,
  });
const refusals = (of: DiskPlan): readonly string[] => of.refusals.map(({ message }) => message);
const titles = (of: DiskPlan): readonly string[] => of.steps.map(({ title }) => title);
const wipe = (names: Readonly<Record<string, string>>): Pick<DiskWish, "mode" | "wipe"> => ({
  mode: "wipe",
  wipe: new Map(Object.entries(names).map(([name, path]) => [name, DevicePath.parse(path)] as const)),
});

const first = testDevice("/dev/vda", { serial: "S1", links: ["/dev/disk/by-id/virtio-S1"], size: 20 * GiB });
const second = testDevice("/dev/vdb", { serial: "S2", links: ["/dev/disk/by-id/virtio-S2"], size: 20 * GiB });
const two = layoutOf({
  main: diskOf("/dev/disk/by-id/virtio-S1", { root: { size: "100%", content: ext4("/") } }),
  data: diskOf("/dev/vdb", { data: { size: "100%", content: ext4("/data") } }),
});
/** With somebody's data on it. */
const withData = (disk: BlockDevice): BlockDevice => ({
  ...testDisk(
    disk.path,
    [
      testPartition(
        `${disk.path}1`,
        { fromMiB: 1, toMiB: 1000 },
        { signature: { type: "ntfs", uuid: null, label: "photos" } },
      ),
    ],
    disk,
  ),
});

describe("disks are wiped that are named", () => {
  const machine = testMachine(withData(first), second, withData(testDevice("/dev/vdc")));

  test("by any name of the disk that the layout means; one that is not named and is blank is made", () => {
    const wished = plan(two, machine, wipe({ main: "/dev/vda" }));
    expect(wished.refusals).toEqual([]);
    expect(wished.disks.map(({ fate, lost, name }) => [name, fate, lost])).toEqual([
      ["main", "wiped", ["/dev/vda1 ntfs “photos”, 999 MiB"]],
      ["data", "changed", []],
    ]);
    expect(wished.untouched.map(({ path }) => path)).toEqual(["/dev/vdc"]);
    expect(titles(wished)).toEqual([
      "wipe disk main (/dev/vda)",
      "partition /dev/vdb",
      "format /dev/disk/by-partlabel/disk-data-data as ext4",
      "partition /dev/disk/by-id/virtio-S1",
      "format /dev/disk/by-partlabel/disk-main-root as ext4",
    ]);
  });

  test("not the other one: disks that changed places", () => {
    expect(plan(two, machine, wipe({ main: "/dev/disk/by-id/virtio-S2" })).refusals[0]).toEqual({
      message:
        'disk "main" of the layout is /dev/disk/by-id/virtio-S1 (/dev/vda, serial S1, 20 GiB); ' +
        "named to be wiped is /dev/disk/by-id/virtio-S2 (/dev/vdb, serial S2, 20 GiB)",
      hint: "if the layout is right: --wipe main=/dev/disk/by-id/virtio-S1; if not, correct disko.devices.disk.main.device",
    });
  });

  test("not one that is not there, that the layout does not have, or that it says is never wiped", () => {
    const kept = layoutOf({ data: diskOf("/dev/vdb", { data: { size: "1G" } }, { destroy: false }) });
    expect(refusals(plan(two, machine, wipe({ main: "/dev/vdz" })))).toContain(
      "the machine has no /dev/vdz, which is named to be wiped",
    );
    expect(refusals(plan(two, machine, wipe({ constructor: "/dev/vda" })))).toContain(
      'the layout has no disk "constructor" that could be wiped',
    );
    expect(refusals(plan(kept, machine, wipe({ data: "/dev/vdb" })))[0]).toContain("destroy = false");
    expect(plan(kept, machine, { mode: "wipe", wipe: "all" }).disks[0]?.fate).toBe("changed");
  });

  test("one with something else on it that is not named is refused, and says how it is named", () => {
    const wished = plan(two, machine, wipe({ data: "/dev/vdb" }));
    expect(wished.refusals).toEqual([
      {
        message:
          'disk "main", /dev/disk/by-id/virtio-S1 (/dev/vda, serial S1, 20 GiB), holds something else than the layout says, ' +
          "and is not named to be wiped",
        hint: expect.stringContaining("--wipe main=/dev/disk/by-id/virtio-S1"),
      },
    ]);
  });

  test("a layout that does not fit is refused before anything is touched", () => {
    const large = layoutOf({ main: diskOf("/dev/vda", { root: { size: "30G" } }) });
    expect(refusals(plan(large, testMachine(first), { mode: "wipe", wipe: "all" }))[0]).toContain(
      'disk "main", /dev/disk/by-id/virtio-S1 (/dev/vda, serial S1, 20 GiB): the partition root (30G) does not fit',
    );
  });
});

describe("an installed machine", () => {
  const installed = { ESP: { size: "500M", type: "EF00" }, root: { size: "5G", content: ext4("/") } };
  const layout = layoutOf({ main: diskOf("/dev/vda", installed) });
  const machine = madeMachine(layout, testMachine(first));
  const change = (partitions: Partitions, on = machine): DiskPlan =>
    plan(layoutOf({ main: diskOf("/dev/vda", partitions) }), on);

  test("gets a partition in free space; one that sorts earlier takes a number that is free", () => {
    const changed = change({ ...installed, aaa: { size: "1G", content: ext4("/aaa") } });
    expect(changed.refusals).toEqual([]);
    expect(titles(changed)).toEqual([
      "add partition 3, aaa, to /dev/vda",
      "format /dev/disk/by-partlabel/disk-main-aaa as ext4",
    ]);
    expect(changed.disks[0]?.after.map(({ fate, name }) => [name, fate])).toEqual([
      ["ESP", "kept"],
      ["root", "kept"],
      ["aaa", "new"],
      ["free", "free"],
    ]);
    expect(changed.steps[0]?.commands[1]).toContain("partition 3 disk-main-aaa '' on /dev/vda with sgdisk");
  });

  test("the last partition grows, with what is in it", () => {
    const grown = change({ ...installed, root: { size: "100%", content: ext4("/") } });
    expect(grown.refusals).toEqual([]);
    expect(titles(grown)).toEqual([
      "grow partition 2, root, of /dev/vda",
      "grow the ext4 on /dev/disk/by-partlabel/disk-main-root",
    ]);
    expect(grown.disks[0]?.after.at(-1)).toMatchObject({ name: "root", fate: "grown" });
  });

  test("what is in LUKS and LVM grows from the outside in", () => {
    const of = (size: string): DiskLayout =>
      layoutOf(
        {
          main: diskOf("/dev/vda", {
            crypt: {
              size,
              content: {
                type: "luks",
                name: "crypted",
                settings: { keyFile: "/k" },
                content: { type: "lvm_pv", vg: "pool" },
              },
            },
          }),
        },
        { lvm_vg: { pool: { type: "lvm_vg", lvs: { root: { size: "100%FREE", content: ext4("/") } } } } },
      );
    expect(titles(plan(of("100%"), madeMachine(of("8G"), testMachine(first))))).toEqual([
      "grow partition 1, crypt, of /dev/vda",
      "grow crypted",
      "grow the physical volume on /dev/mapper/crypted",
      "grow the logical volume /dev/pool/root",
      "grow the ext4 on /dev/pool/root",
    ]);
  });

  test.each([
    ["shrinks", { ...installed, root: { size: "2G", content: ext4("/") } }, "is never made smaller"],
    [
      "grows into what follows it",
      { ...installed, ESP: { size: "1G", type: "EF00" } },
      "cannot grow: something follows it",
    ],
    [
      "becomes another file system",
      { ...installed, root: { size: "5G", content: { type: "btrfs" } } },
      "there is ext4",
    ],
    ["gets another type", { ...installed, root: { size: "5G", type: "8200", content: ext4("/") } }, "its type is"],
    [
      "grows where its content cannot",
      { ESP: installed.ESP, root: { size: "100%", content: { type: "swap" } } },
      "there is ext4",
    ],
  ])("is refused a partition that %s", (_what, partitions, why) => {
    const changed = change(partitions);
    expect(refusals(changed).join("\n")).toContain(why);
  });

  test("a partition of another name is another partition: nothing is relabelled", () => {
    const renamed = change({ ESP: installed.ESP, system: installed.root });
    expect(titles(renamed)[0]).toBe("add partition 3, system, to /dev/vda");
    expect(renamed.disks[0]?.keptParts.join("\n")).toContain("disk-main-root");
  });

  test("swap cannot grow, and is refused rather than made anew", () => {
    const swap = (size: string): DiskLayout =>
      layoutOf({ main: diskOf("/dev/vda", { swap: { size, content: { type: "swap" } } }) });
    expect(refusals(plan(swap("2G"), madeMachine(swap("1G"), testMachine(first))))[0]).toContain(
      "cannot grow: what lies in it cannot",
    );
  });

  test("a volume, a dataset and a subvolume are added", () => {
    const of = (names: readonly string[]): DiskLayout =>
      layoutOf(
        {
          main: diskOf("/dev/vda", {
            lvm: { size: "5G", content: { type: "lvm_pv", vg: "pool" } },
            zfs: { size: "5G", content: { type: "zfs", pool: "tank" } },
            btrfs: {
              size: "5G",
              content: { type: "btrfs", subvolumes: Object.fromEntries(names.map((name) => [name, {}])) },
            },
          }),
        },
        {
          lvm_vg: {
            pool: {
              type: "lvm_vg",
              lvs: Object.fromEntries(names.map((name) => [name, { size: "1G", content: ext4(`/${name}`) }])),
            },
          },
          zpool: {
            tank: { type: "zpool", datasets: Object.fromEntries(names.map((name) => [name, { type: "zfs_fs" }])) },
          },
        },
      );
    const added = plan(of(["old", "new"]), madeMachine(of(["old"]), testMachine(first)));
    expect(added.refusals).toEqual([]);
    expect(titles(added)).toEqual([
      "make subvolumes on /dev/disk/by-partlabel/disk-main-btrfs",
      "make the logical volume pool/new (1G)",
      "format /dev/pool/new as ext4",
      "make the dataset tank/new",
    ]);
  });

  test("an encrypted device that is closed hides what is in it, and nothing is done to it", () => {
    const luks = layoutOf({
      main: diskOf("/dev/vda", {
        root: { size: "5G", content: { type: "luks", name: "c", settings: { keyFile: "/k" }, content: ext4("/") } },
      }),
    });
    const made = madeMachine(luks, testMachine(first));
    const closed = {
      ...made,
      disks: made.disks.map((disk) => ({
        ...disk,
        children: disk.children.map((child) => ({ ...child, children: [] })),
      })),
    };
    expect(plan(luks, closed)).toMatchObject({ settled: true, steps: [], refusals: [] });
  });

  test("a disk is added to no group that is there, and none is made over what is there", () => {
    const of = (...disks: readonly BlockDevice[]): DiskLayout =>
      layoutOf(
        Object.fromEntries(
          disks.map(({ path }, index) => [
            `d${index}`,
            diskOf(path, { raid: { size: "5G", content: { type: "mdraid", name: "a" } } }),
          ]),
        ),
        { mdadm: { a: { type: "mdadm", level: 1, content: ext4("/") } } },
      );
    const one = madeMachine(of(first, second), testMachine(first, second));
    const third = testDevice("/dev/vdc", { size: 20 * GiB });
    expect(refusals(plan(of(first, second, third), { ...one, disks: [...one.disks, third] }))).toEqual([
      expect.stringContaining("array a is not as declared: /dev/disk/by-partlabel/disk-d2-raid is not in it"),
    ]);
  });
});

describe("a partition elsewhere with a label of the layout", () => {
  const elsewhere = testDisk("/dev/vdb", [
    testPartition("/dev/vdb1", { fromMiB: 1, toMiB: 9, label: "disk-main-root" }),
  ]);
  const layout = layoutOf({ main: diskOf("/dev/vda", { root: { size: "100%", content: ext4("/") } }) });

  test.each(["wipe", "create", "mount"] as const)("is refused in mode %s: its device could be either", (mode) => {
    expect(refusals(plan(layout, testMachine(first, elsewhere), { mode, wipe: "all" }))).toEqual([
      expect.stringContaining("/dev/vdb1 on /dev/vdb (8 GiB) is called “disk-main-root” as well"),
    ]);
  });

  test("is gone where its disk is wiped too", () => {
    const both = layoutOf({
      main: diskOf("/dev/vda", { root: { size: "100%", content: ext4("/") } }),
      data: diskOf("/dev/vdb", { data: { size: "100%" } }),
    });
    expect(plan(both, testMachine(first, elsewhere), { mode: "wipe", wipe: "all" }).refusals).toEqual([]);
  });
});

test("what nobody saw is not planned on, but where it is looked at again after kexec", () => {
  const unseen = { ...testMachine(first, second), probed: false };
  expect(refusals(plan(two, unseen))[0]).toContain("what lies on the disks is not known");
  expect(plan(two, unseen, { runningSystem: "goes" }).refusals).toEqual([]);
});

test("a pool that spans a disk that is kept is not taken apart", () => {
  const machine = {
    ...testMachine(
      { ...first, signature: { type: "zfs_member", uuid: "1", label: "tank" } },
      { ...second, signature: { type: "zfs_member", uuid: "1", label: "tank" } },
    ),
    groups: [testGroup("zfs", "tank", ["/dev/vda", "/dev/vdb"])],
  };
  expect(refusals(plan(two, machine, wipe({ main: "/dev/vda" })))).toContain(
    'pool "tank" spans /dev/disk/by-id/virtio-S2 (/dev/vdb, serial S2, 20 GiB), which is kept',
  );
});

test("a content that is declared on another disk is found out", () => {
  const crossed = layoutOf({
    main: { type: "disk", device: "/dev/vda", content: { type: "gpt", device: "/dev/vdb", partitions: {} } },
  });
  expect(refusals(plan(crossed, testMachine(first, second), { mode: "wipe", wipe: "all" }))[0]).toContain(
    "on another device, /dev/vdb",
  );
});

test("mounting is settled where all is mounted", () => {
  const layout = layoutOf({ main: diskOf("/dev/vda", { root: { size: "100%", content: ext4("/") } }) });
  const made = madeMachine(layout, testMachine(first));
  const mounted = {
    ...made,
    disks: made.disks.map((disk) => ({
      ...disk,
      children: disk.children.map((child) => ({ ...child, mountpoints: ["/mnt"] })),
    })),
  };
  expect(titles(plan(layout, made, { mode: "mount" }))).toEqual([
    "mount /dev/disk/by-partlabel/disk-main-root on /mnt",
  ]);
  expect(plan(layout, mounted, { mode: "mount" })).toMatchObject({ settled: true, steps: [] });
  expect(titles(plan(layout, mounted, { mode: "unmount" }))).toEqual(["unmount /mnt"]);
});
