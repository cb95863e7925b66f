// What the answer of a machine means: structure, names, groups, mounts.
import { describe, expect, test } from "vitest";
import { allDevices, devicesNamed, disksUnder } from "./block-devices.ts";
import { readDisks } from "./read-disks.ts";

const lines = (...all: readonly string[]): string => all.join("\n");
const head = ["a login shell's greeting", "begin=disks", "root=yes", "program=util-linux"];

/** A machine with LVM on LUKS, an array with an ext4 on it over two disks, and a pool. */
const server = [
  ...head,
  lines("device=dm-0", "path=/dev/dm-0", "numbers=252:0", "sectors=40000", "sector=512"),
  lines("mapper_name=crypted", "mapper_uuid=CRYPT-LUKS2-1111-crypted", "on=vda2"),
  lines("probed=0", "blkid=ID_FS_TYPE=LVM2_member", "blkid=ID_FS_UUID=pv-uuid"),
  lines("device=dm-1", "path=/dev/dm-1", "numbers=252:1", "sectors=20000", "sector=512"),
  lines("mapper_name=my--pool-root", `mapper_uuid=LVM-${"v".repeat(32)}${"l".repeat(32)}`, "on=dm-0"),
  lines("probed=0", "blkid=ID_FS_TYPE=ext4", "blkid=ID_FS_LABEL_ENC=a\\x0ab\\xc3\\xa4"),
  lines("device=md127", "path=/dev/md127", "numbers=9:127", "sectors=30000", "sector=512", "raid_level=raid1"),
  lines("on=vdb1", "on=vdc1", "link=/dev/md/data", "probed=0", "blkid=ID_FS_TYPE=ext4"),
  lines("device=vda", "path=/dev/vda", "numbers=254:0", "sectors=50000", "sector=512", "serial=S-1"),
  lines("vendor=0x1af4", "hardware=/sys/devices/pci0000:00/virtio1", "link=/dev/disk/by-id/virtio-S-1"),
  lines("probed=0", "blkid=ID_PART_TABLE_TYPE=gpt", "blkid=ID_PART_TABLE_UUID=AAAA"),
  "gpt=4546492050415254000001005c000000dc881993000000000100000000000000ffff0100000000002200000000000000deff010000000000",
  lines("device=vda1", "path=/dev/vda1", "numbers=254:1", "sectors=2048", "partition=1", "start=2048", "whole=vda"),
  lines("sector=512", "probed=0", "blkid=ID_FS_TYPE=vfat", "blkid=ID_PART_ENTRY_NAME=disk-main-ESP"),
  lines("blkid=ID_PART_ENTRY_TYPE=c12a7328-f81f-11d2-ba4b-00a0c93ec93b", "blkid=ID_PART_ENTRY_UUID=CC-1"),
  lines("device=vda2", "path=/dev/vda2", "numbers=254:2", "sectors=40000", "partition=2", "start=4096", "whole=vda"),
  lines("sector=512", "probed=0", "blkid=ID_FS_TYPE=crypto_LUKS"),
  lines("device=vdb", "path=/dev/vdb", "numbers=254:16", "sectors=40000", "sector=512", "probed=0"),
  lines("blkid=ID_PART_TABLE_TYPE=dos", "blkid=ID_PART_TABLE_UUID=1234abcd"),
  lines("device=vdb1", "path=/dev/vdb1", "numbers=254:17", "sectors=30000", "partition=1", "start=2048", "whole=vdb"),
  lines("sector=512", "probed=0", "blkid=ID_FS_TYPE=linux_raid_member", "blkid=ID_FS_UUID=md-uuid"),
  lines("blkid=ID_FS_LABEL_ENC=any:data", "blkid=ID_PART_ENTRY_TYPE=0xfd"),
  lines("device=vdc", "path=/dev/vdc", "numbers=254:32", "sectors=40000", "sector=4096", "probed=0"),
  lines("device=vdc1", "path=/dev/vdc1", "numbers=254:33", "sectors=30000", "partition=1", "start=2048", "whole=vdc"),
  lines("sector=4096", "probed=0", "blkid=ID_FS_TYPE=linux_raid_member", "blkid=ID_FS_UUID=md-uuid"),
  lines("device=vdd", "path=/dev/vdd", "numbers=254:48", "sectors=40000", "sector=512", "probed=0"),
  lines("blkid=ID_FS_TYPE=zfs_member", "blkid=ID_FS_UUID=77", "blkid=ID_FS_LABEL_ENC=tank"),
  "device=",
  "used=12 /dev/mapper/my--pool-root",
  "mount=25 1 252:1 / / rw,relatime shared:1 - ext4 /dev/mapper/my--pool-root rw",
  "mount=26 25 254:1 / /boot\\040efi rw - vfat /dev/vda1 rw",
  "mount=27 25 0:40 / /tank/home rw - zfs tank/home rw",
  "swap=Filename Type Size Used Priority",
  "swap=/dev/md127 partition 100 0 -2",
  "pvs=/dev/mapper/crypted|my-pool|vg-uuid|20480000|1024",
  "lvs=vg-uuid|root|10240000",
  "lvs=other|root|1",
  "zpool=tank\t77\t5000\t400",
  "dataset=tank\t10",
  "dataset=tank/home\t9",
  "end=disks",
  "and its goodbye",
].join("\n");

describe("a machine with everything", () => {
  const machine = readDisks(server);
  const device = (name: string): ReturnType<typeof devicesNamed>[number] => {
    const [found] = devicesNamed(machine, name);
    if (found === undefined) throw new Error(`no ${name}`);
    return found;
  };

  test("disks stand first, and what is on them under them", () => {
    expect(machine.probed).toBe(true);
    expect(machine.disks.map(({ path }) => path)).toEqual(["/dev/vda", "/dev/vdb", "/dev/vdc", "/dev/vdd"]);
    expect(allDevices(machine)).toHaveLength(11);
    expect(disksUnder(machine, "/dev/md127").map(({ path }) => path)).toEqual(["/dev/vdb", "/dev/vdc"]);
    expect(disksUnder(machine, "/dev/dm-1").map(({ path }) => path)).toEqual(["/dev/vda"]);
  });

  test("a disk says what it is, and what of it can be partitioned", () => {
    expect(device("/dev/disk/by-id/virtio-S-1")).toMatchObject({
      kind: "disk",
      size: 50_000 * 512,
      serial: "S-1",
      model: null,
      transport: "virtio",
      table: { type: "gpt", id: "aaaa", firstSector: 34, lastSector: 131_038 },
    });
    expect(device("/dev/vdb").table).toMatchObject({ type: "dos", id: "1234abcd", lastSector: 39_999 });
  });

  test("partitions are counted in the disk's own sectors", () => {
    expect(device("/dev/vda1").partition).toEqual({
      number: 1,
      start: 2048,
      end: 4095,
      type: "c12a7328-f81f-11d2-ba4b-00a0c93ec93b",
      uuid: "cc-1",
      label: "disk-main-ESP",
    });
    expect(device("/dev/vdc1").partition).toMatchObject({ start: 256, end: 4005 });
    expect(device("/dev/vdb1").partition).toMatchObject({ type: "fd" });
  });

  test("volumes have their group's name, whatever dashes are in it", () => {
    expect(device("/dev/my-pool/root")).toMatchObject({ path: "/dev/dm-1", kind: "lvm", used: 12 * 1024 });
    expect(device("/dev/mapper/crypted")).toMatchObject({ kind: "crypt", signature: { label: "my-pool" } });
  });

  test("what was written to a disk moves no cursor", () => {
    expect(device("/dev/dm-1").signature?.label).toBe("a\u{FFFD}bä");
  });

  test("mounts, of pools too, and swap", () => {
    expect(device("/dev/dm-1").mountpoints).toEqual(["/"]);
    expect(device("/dev/vda1").mountpoints).toEqual(["/boot efi"]);
    expect(device("/dev/vdd").mountpoints).toEqual(["/tank/home"]);
    expect(device("/dev/md127").mountpoints).toEqual(["[SWAP]"]);
  });

  test("groups with their members and what is in them", () => {
    expect(machine.groups).toEqual([
      {
        kind: "raid",
        name: "data",
        uuid: "md-uuid",
        members: ["/dev/vdb1", "/dev/vdc1"],
        size: null,
        free: null,
        volumes: null,
      },
      {
        kind: "zfs",
        name: "tank",
        uuid: "77",
        members: ["/dev/vdd"],
        size: 5000,
        free: 400,
        volumes: [{ name: "tank/home", size: 9 }],
      },
      {
        kind: "lvm",
        name: "my-pool",
        uuid: "vg-uuid",
        members: ["/dev/dm-0"],
        size: 20_480_000,
        free: 1024,
        volumes: [{ name: "root", size: 10_240_000 }],
      },
    ]);
  });

  test("without LVM's programs its active volumes say what their group is made of", () => {
    const blind = readDisks(server.replaceAll(/^[pl]vs=.*\n/gmu, ""));
    expect(blind.groups.find(({ kind }) => kind === "lvm")).toMatchObject({ name: "my-pool", members: ["/dev/dm-0"] });
  });
});

test("what udev remembers serves where nobody could probe; what a probe did not find is gone", () => {
  const disk = ["device=sda", "path=/dev/sda", "numbers=8:0", "sectors=10000", "udev=ID_FS_TYPE=ext4"];
  const asUser = readDisks([...head.slice(0, 2), "root=no", "program=util-linux", ...disk, "end=disks"].join("\n"));
  expect(asUser).toMatchObject({ probed: false, disks: [{ signature: { type: "ext4" } }] });
  const asRoot = readDisks([...head, ...disk, "probed=2", "end=disks"].join("\n"));
  expect(asRoot.disks[0]?.signature).toBeNull();
});

test("bytes that several things claim, and tables that are neither gpt nor dos, are not empty", () => {
  const disk = (...lines: readonly string[]): unknown =>
    readDisks(
      [...head, "device=sda", "path=/dev/sda", "numbers=8:0", "sectors=10000", "probed=8", ...lines, "end=disks"].join(
        "\n",
      ),
    ).disks[0]?.signature?.type;
  expect(disk("blkid=ID_FS_AMBIVALENT=filesystem:ext4:1.0\\x20raid:linux_raid_member:1.2")).toBe(
    "ext4 or linux_raid_member",
  );
  expect(disk("blkid=ID_PART_TABLE_TYPE=mac")).toBe("mac partition table");
});

test("busybox's blkid names file systems", () => {
  const { disks, probed } = readDisks(
    [
      lines("begin=disks", "root=yes", "program=busybox", "device=sda", "path=/dev/sda", "sectors=10000"),
      lines('busybox=/dev/sda: LABEL="my data" UUID="u-1" TYPE="ext4"', "end=disks"),
    ].join("\n"),
  );
  expect(disks[0]?.signature).toEqual({ type: "ext4", uuid: "u-1", label: "my data" });
  expect(probed).toBe(false);
});

test("an answer that broke off is no machine without disks", () => {
  expect(() => readDisks(server.slice(0, 400))).toThrow("broke off");
  expect(() => readDisks("sh: not found")).toThrow("did not say");
});
