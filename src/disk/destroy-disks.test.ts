// What is taken apart, in which order, and what is refused.
import { describe, expect, test } from "vitest";
import { destroyDisks, type NamedDisk, type Surroundings } from "./destroy-disks.ts";
import { lostLines } from "./lost-lines.ts";
import type { BlockDevice, MachineDisks } from "./machine-disks.ts";
import { GiB, MiB, testDevice, testDisk, testGroup, testMachine, testPartition } from "./test-machine.ts";

const named = (name: string, device: BlockDevice): NamedDisk => ({
  name,
  path: `/dev/disk/by-id/${name}`,
  device,
});
const around = (machine: MachineDisks, given: Partial<Surroundings> = {}): Surroundings => ({
  machine,
  root: "/mnt",
  runningSystem: "stays",
  ...given,
});

const volume = testDevice("/dev/dm-1", {
  kind: "lvm",
  links: ["/dev/mapper/pool-root", "/dev/pool/root"],
  signature: { type: "ext4", uuid: "r", label: "root" },
  mountpoints: ["/mnt"],
  used: 3 * GiB,
});
const crypt = testDevice("/dev/dm-0", {
  kind: "crypt",
  links: ["/dev/mapper/crypted"],
  signature: { type: "LVM2_member", uuid: "p", label: "pool" },
  children: [volume],
});
const main = testDisk("/dev/vda", [
  testPartition(
    "/dev/vda1",
    { fromMiB: 1, toMiB: 513, label: "ESP" },
    { signature: { type: "vfat", uuid: "e", label: null }, mountpoints: ["/mnt/boot"] },
  ),
  testPartition(
    "/dev/vda2",
    { fromMiB: 513, toMiB: 8000 },
    { signature: { type: "crypto_LUKS", uuid: "l", label: null }, children: [crypt] },
  ),
]);
const machine: MachineDisks = { ...testMachine(main), groups: [testGroup("lvm", "pool", ["/dev/dm-0"])] };

test("what is on a disk is closed from the inside out, and only then wiped, the disk last", () => {
  const { refusals, steps } = destroyDisks([named("main", main)], around(machine));
  expect(refusals).toEqual([]);
  expect(steps.map(({ device, kind }) => [kind, device])).toEqual([
    ["destroy", "/dev/disk/by-id/main"],
    ["destroy", "/dev/disk/by-id/main"],
  ]);
  expect(steps.map(({ commands }) => commands)).toEqual([
    [
      "still /dev/disk/by-id/main /dev/vda 8589934592",
      "leave_mount /mnt/boot",
      "leave_mount /mnt",
      "take_apart lvm /dev/dm-1",
      "take_apart crypt /dev/dm-0",
    ],
    [
      "still /dev/disk/by-id/main /dev/vda 8589934592",
      "idle /dev/vda2 /dev/vda1",
      `wipe /dev/vda2 ${7487 * MiB}`,
      `wipe /dev/vda1 ${512 * MiB}`,
      "wipe /dev/vda 8589934592",
      "forget_partitions /dev/vda",
    ],
  ]);
});

test("what is lost, in lines", () => {
  expect(lostLines(main, machine)).toEqual([
    "/dev/vda1 vfat (partition “ESP”), 512 MiB, mounted on /mnt/boot",
    "/dev/vda2 luks, 7.31 GiB",
    "/dev/mapper/crypted lvm “pool”, 8 GiB",
    "/dev/pool/root ext4 “root”, 3 GiB in use, mounted on /mnt",
  ]);
});

test("a partition that no probe knows can be data; a blank disk is nothing", () => {
  expect(lostLines(testDisk("/dev/vdb", [testPartition("/dev/vdb1", { fromMiB: 1, toMiB: 2 })]), machine)).toEqual([
    "/dev/vdb1 nothing known, 1 MiB",
  ]);
  expect(lostLines(testDevice("/dev/vdb"), machine)).toEqual([]);
});

describe("what the running system has mounted", () => {
  const used = testDisk("/dev/vda", [
    testPartition("/dev/vda1", { fromMiB: 1, toMiB: 100 }, { mountpoints: ["/home"] }),
    testPartition("/dev/vda2", { fromMiB: 100, toMiB: 200 }, { mountpoints: ["[SWAP]"] }),
  ]);

  test("is a refusal; swap is not", () => {
    const { refusals, steps } = destroyDisks([named("main", used)], around(testMachine(used)));
    expect(refusals).toEqual([
      {
        message: 'disk "main" (/dev/vda) is in use: /dev/vda1 is mounted on /home',
        hint: "unmount it first: umount /home",
      },
    ]);
    expect(steps[0]?.commands).toContain("leave_swap /dev/vda2");
  });

  test("is none where that system will be gone, and nothing of it is unmounted", () => {
    const { refusals, steps } = destroyDisks(
      [named("main", used)],
      around(testMachine(used), { runningSystem: "goes" }),
    );
    expect(refusals).toEqual([]);
    expect(steps.flatMap(({ commands }) => commands).join("\n")).not.toContain("/home");
  });

  test("/mnt2 is not below /mnt", () => {
    const other = testDevice("/dev/vda", { mountpoints: ["/mnt2"] });
    expect(destroyDisks([named("main", other)], around(testMachine(other))).refusals).toHaveLength(1);
  });
});

describe("what spans a disk that is kept", () => {
  const array = testDevice("/dev/md127", { kind: "raid", links: ["/dev/md/data"] });
  const one = testDevice("/dev/vdb", { serial: "S1", children: [array] });
  const other = testDevice("/dev/vdc", { serial: "S2", children: [array] });

  test.each(["lvm", "raid", "zfs", "btrfs", "bcachefs"] as const)("is refused: %s", (kind) => {
    const both = { ...testMachine(one, other), groups: [testGroup(kind, "tank", ["/dev/vdb", "/dev/vdc"])] };
    expect(destroyDisks([named("one", one)], around(both)).refusals).toEqual([
      {
        message: expect.stringMatching(/"tank" spans \/dev\/vdc \(serial S2, 8 GiB\), which is kept$/u),
        hint: "wipe that disk as well, or take what spans both apart first",
      },
    ]);
    expect(destroyDisks([named("one", one), named("other", other)], around(both)).refusals).toEqual([]);
  });

  test("is refused also where nobody could read the group", () => {
    const { refusals } = destroyDisks([named("one", one)], around(testMachine(one, other)));
    expect(refusals[0]?.message).toBe("/dev/md/data spans /dev/vdc (serial S2, 8 GiB), which is kept");
  });

  test("a member that is missing is on no disk of the machine", () => {
    const alone = {
      ...testMachine(testDevice("/dev/vdb")),
      groups: [testGroup("lvm", "vg", ["/dev/vdb", "[unknown]"])],
    };
    expect(destroyDisks([named("one", testDevice("/dev/vdb"))], around(alone)).refusals).toEqual([]);
  });

  test("what both carry is closed once", () => {
    const { steps } = destroyDisks([named("one", one), named("other", other)], around(testMachine(one, other)));
    const lines = steps.flatMap(({ commands }) => commands);
    expect(lines.filter((line) => line === "take_apart raid /dev/md127")).toHaveLength(1);
    expect(lines.indexOf("take_apart raid /dev/md127")).toBeLessThan(
      lines.findIndex((line) => line.startsWith("wipe ")),
    );
  });
});

test("a pool is given up by its name, its volumes with it", () => {
  const zvol = testDevice("/dev/zd0", { kind: "other", links: ["/dev/zvol/tank/vm"] });
  const disk = testDevice("/dev/vdb", {
    children: [zvol],
    signature: { type: "zfs_member", uuid: "1", label: "tank" },
  });
  const pools = { ...testMachine(disk), groups: [testGroup("zfs", "tank", ["/dev/vdb"])] };
  const { steps } = destroyDisks([named("data", disk)], around(pools));
  expect(steps[0]?.commands.slice(1)).toEqual(["leave_pool tank"]);
});
