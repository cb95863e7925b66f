// Which disk a layout means, and when that is refused.
import { describe, expect, test } from "vitest";
import { describeDisk, findDisk, findDisks, sameDisk } from "./find-disk.ts";
import { DiskLayout } from "./layout.ts";
import { GiB, testDevice, testDisk, testMachine, testPartition } from "./test-machine.ts";

const layoutOf = (devices: Readonly<Record<string, string>>): DiskLayout =>
  DiskLayout.parse({
    disk: Object.fromEntries(
      Object.entries(devices).map(([name, device]) => [name, { name, device, imageName: name, content: null }]),
    ),
  });

const first = testDisk(
  "/dev/vda",
  [testPartition("/dev/vda1", { fromMiB: 1, toMiB: 100 }, { children: [testDevice("/dev/dm-0", { kind: "crypt" })] })],
  { serial: "S1", model: "QEMU HARDDISK", links: ["/dev/disk/by-id/virtio-S1", "/dev/disk/by-id/wwn-0x1"] },
);
const second = testDevice("/dev/vdb", { serial: "S2", links: ["/dev/disk/by-id/virtio-S2"] });
const machine = testMachine(
  first,
  second,
  testDevice("/dev/sr0", { kind: "rom", readOnly: true }),
  testDevice("/dev/vdc", { readOnly: true }),
);

describe("a disk of the layout", () => {
  const find = (device: string): ReturnType<typeof findDisk> => {
    const { main } = layoutOf({ main: device }).disk;
    if (main === undefined) throw new Error("no disk");
    return findDisk(main, machine);
  };

  test("is found by any of its names", () => {
    expect(find("/dev/vda")).toBe(first);
    expect(find("/dev/disk/by-id/virtio-S2")).toBe(second);
  });

  test("is missing: the hint lists what there is", () => {
    expect(find("/dev/nvme0n1")).toEqual({
      message: 'disk "main" of the layout: the machine has no /dev/nvme0n1',
      hint:
        "set disko.devices.disk.main.device to one of: /dev/disk/by-id/virtio-S1 (/dev/vda, QEMU HARDDISK, " +
        "serial S1, 8 GiB); /dev/disk/by-id/virtio-S2 (/dev/vdb, serial S2, 8 GiB)",
    });
  });

  test.each([
    ["/dev/vda1", "is a partition"],
    ["/dev/dm-0", "is made of other devices"],
    ["/dev/sr0", "cannot be written"],
    ["/dev/vdc", "is read-only"],
  ])("is not %s, which %s", (device, why) => {
    expect(find(device)).toMatchObject({ message: expect.stringContaining(why) });
  });

  test("is not one of two that have the same name", () => {
    const twin = { ...second, path: "/dev/vdd" };
    const { refusals } = findDisks(layoutOf({ main: "/dev/disk/by-id/virtio-S2" }), testMachine(second, twin));
    expect(refusals[0]?.message).toContain("is the name of several: /dev/vdb, /dev/vdd");
  });

  test("is no other disk of the layout", () => {
    const found = findDisks(layoutOf({ main: "/dev/vda", data: "/dev/disk/by-id/virtio-S1" }), machine);
    expect(found.refusals.map(({ message }) => message)).toEqual([
      'the disks "main" and "data" of the layout are the same disk, /dev/vda',
    ]);
  });
});

describe("the same disk", () => {
  test("is known again by its serial number, whatever the kernel calls it", () => {
    expect(sameDisk(second, { ...second, path: "/dev/sda", links: [] })).toBe(true);
    expect(sameDisk(second, { ...second, serial: "S3" })).toBe(false);
    expect(sameDisk(second, { ...second, size: 9 * GiB })).toBe(false);
    expect(sameDisk(second, { ...second, serial: null })).toBe(false);
  });

  test("where it has none, by where it is plugged in", () => {
    const plain = testDevice("/dev/vda", { links: ["/dev/disk/by-path/pci-0000:00:04.0"] });
    expect(sameDisk(plain, { ...plain, path: "/dev/vdb" })).toBe(true);
    expect(sameDisk(plain, { ...plain, links: ["/dev/disk/by-path/pci-0000:00:05.0"] })).toBe(false);
    expect(sameDisk(testDevice("/dev/vda"), testDevice("/dev/vdb"))).toBe(false);
    expect(sameDisk(testDevice("/dev/vda"), testDevice("/dev/vda"))).toBe(true);
  });
});

test("a disk without another name is described by the kernel's", () => {
  expect(describeDisk(testDevice("/dev/vda", { size: 8_589_934_592 + 600_000_000 }))).toBe("/dev/vda (8.56 GiB)");
});
