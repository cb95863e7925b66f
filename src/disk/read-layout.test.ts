import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { readLayout } from "./read-layout.ts";

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`fixtures/layouts/${name}.json`, import.meta.url), "utf8"));

// NAME.written.json is a layout as a person writes it, NAME.json what disko's own options make of it.
test.each(["encrypted-volumes", "mirrored", "pool", "subvolumes", "table"])(
  "%s is the same, written by a person and resolved by disko",
  (name) => {
    expect(readLayout(read(`${name}.written`), "disko.devices")).toEqual(readLayout(read(name), "disko.devices"));
  },
);

test("disko's own files hold it one level deeper", () => {
  const devices = read("table.written");
  expect(readLayout({ disko: { devices } }, "x")).toEqual(readLayout(devices, "x"));
});

test("a label longer than a GPT can hold is a hash, as disko makes it", () => {
  const layout = readLayout(one({ size: "1G" }, "a-partition-with-quite-a-long-name-indeed"), "x");
  const content = layout.disk["main"]?.content;
  // disko: sha256 of disk-main-a-partition-with-quite-a-long-name-indeed
  expect(content?.type === "gpt" && Object.values(content.partitions)[0]?.label).toBe(
    "3e6463874429a9e56ac6b0cdd1c8b316a6a9",
  );
});

const filesystem = (mountpoint: string): object => ({ type: "filesystem", format: "ext4", mountpoint });
const one = (partition: object, name = "root"): object => disk({ type: "gpt", partitions: { [name]: partition } });
const disk = (content: object | null, more: object = {}): object => ({
  disk: { main: { device: "/dev/vda", content, ...more } },
});
const two = (first: object, second: object): object =>
  disk({ type: "gpt", partitions: { first: { size: "1G", ...first }, second: { size: "1G", ...second } } });
const partitions = "disk.main.content.partitions";

test.each<[string, object, string, RegExp]>([
  [
    "two partitions of one label",
    two({ label: "x" }, { label: "x" }),
    `${partitions}.second.label`,
    /label of .*first/u,
  ],
  ["two partitions of one UUID", two(uuid("A"), uuid("a")), `${partitions}.second.uuid`, /UUID of .*first/u],
  ["a label that sgdisk cuts", one({ label: "a:b" }), `${partitions}.root.label`, /no label/u],
  ["a label that is too long", one({ label: "x".repeat(37) }), `${partitions}.root.label`, /longer/u],
  ["a label that udev spells otherwise", one({ label: "a*b" }), `${partitions}.root.label`, /udev calls it .*a\\x2ab/u],
  ["a size with a slip", one({ size: "20GB" }), `${partitions}.root.size`, /no size/u],
  ["a place with a slip", one({ start: "1 M" }), `${partitions}.root.start`, /no size/u],
  ["two that take the rest", two({ size: "100%" }, { size: "100%" }), `${partitions}.second.size`, /takes already/u],
  ["a type that is none", one({ type: "EF0" }), `${partitions}.root.type`, /no type/u],
  [
    "a table in a partition",
    one({ content: { type: "gpt" } }),
    `${partitions}.root.content`,
    /cannot lie on a partition/u,
  ],
  ["an empty disk", disk(null), "disk.main.content", /hold nothing/u],
  ["a device that is none", disk(filesystem("/"), { device: "vda" }), "disk.main.device", /no path/u],
  ["a device by a way around", disk(filesystem("/"), { device: "/dev/x/../vdb" }), "disk.main.device", /no path/u],
  [
    "one disk twice",
    {
      disk: {
        a: { device: "/dev/vda", content: filesystem("/") },
        b: { device: "/dev/vda", content: filesystem("/b") },
      },
    },
    "disk.b.device",
    /disk\.a already/u,
  ],
  [
    "two contents on one device",
    two(
      { content: filesystem("/") },
      { content: { ...filesystem("/b"), device: "/dev/disk/by-partlabel/disk-main-first" } },
    ),
    `${partitions}.second.content.device`,
    /holds .*first/u,
  ],
  [
    "one mount point twice",
    two({ content: filesystem("/a") }, { content: filesystem("/a/") }),
    `${partitions}.second.content.mountpoint`,
    /mounted already/u,
  ],
  [
    "a mount point that is none",
    one({ content: filesystem("data") }),
    `${partitions}.root.content.mountpoint`,
    /no path/u,
  ],
  [
    "a group that is not there",
    one({ content: { type: "lvm_pv", vg: "pool" } }),
    `${partitions}.root.content.vg`,
    /no lvm_vg\.pool/u,
  ],
  ["a group of nothing", { ...disk(filesystem("/")), lvm_vg: { pool: {} } }, "lvm_vg.pool", /nothing is part of it/u],
  [
    "a ring",
    {
      ...one({ content: { type: "mdraid", name: "a" } }),
      mdadm: { a: { content: { type: "lvm_pv", vg: "g" } } },
      lvm_vg: { g: { lvs: { v: { size: "1G", content: { type: "mdraid", name: "a" } } } } },
    },
    "lvm_vg.g",
    /made of each other/u,
  ],
  [
    "a thin volume without its pool",
    {
      ...disk({ type: "lvm_pv", vg: "g" }),
      lvm_vg: { g: { lvs: { v: { size: "1G", lvm_type: "thinlv", pool: "p" } } } },
    },
    "lvm_vg.g.lvs.v.pool",
    /no thin pool/u,
  ],
  [
    "a topology that leaves a member out",
    { ...disk({ type: "zfs", pool: "p" }), zpool: { p: { mode: { topology: { vdev: [] } } } } },
    "zpool.p.mode.topology",
    /stands nowhere/u,
  ],
  [
    "a device behind the layout's back",
    one({ content: { type: "btrfs", extraArgs: ["-d raid1 /dev/vdb"] } }),
    `${partitions}.root.content.extraArgs`,
    /no device of the layout/u,
  ],
  [
    "a LUKS header elsewhere",
    one({ content: { type: "luks", name: "a", extraFormatArgs: ["--header /boot/header"] } }),
    `${partitions}.root.content.extraFormatArgs`,
    /kept track of/u,
  ],
  [
    "a mapped device that reads as an option",
    one({ content: { type: "luks", name: "--type" } }),
    `${partitions}.root.content.name`,
    /no name/u,
  ],
  [
    "a subvolume outside",
    one({ content: { type: "btrfs", subvolumes: { "../x": {} } } }),
    `${partitions}.root.content.subvolumes."../x".name`,
    /no path within/u,
  ],
  [
    "an option that does not exist",
    one({ content: { ...filesystem("/"), mountPoint: "/" } }),
    `${partitions}.root.content.mountPoint`,
    /no option/u,
  ],
  [
    "a command for parted",
    disk({ type: "table", partitions: [{ name: "a", start: "0% 9% select /dev/vdb" }] }),
    `${partitions}.0.start`,
    /parted/u,
  ],
  [
    "a logical partition numbered otherwise",
    disk({ type: "table", format: "msdos", partitions: [{ name: "a", "part-type": "logical" }] }),
    `${partitions}.0`,
    /kernel numbers it 5/u,
  ],
  ["no layout at all", { disk: [] }, "disk", /expected record/u],
])("%s is refused by the name of its option", (_, layout, option, message) => {
  const error = refusalOf(layout);
  expect(error.code).toBe("E_DISK_LAYOUT");
  expect(error.message.split(": ")[0]).toBe(`disko.devices.${option}`);
  expect(error.message).toMatch(message);
  expect(error.hint).not.toBe("");
});

test("a name that JavaScript would lose is refused", () => {
  const layout: unknown = JSON.parse('{"disk":{"__proto__":{"device":"/dev/vda"}}}');
  expect(refusalOf(layout).message).toContain("disko.devices.disk.__proto__");
});

test("all mistakes are in the log", () => {
  const { log, message } = refusalOf(two({ size: "1X" }, { size: "1Y" }));
  expect(log).toHaveLength(2);
  expect(message).toContain("(and 1 more)");
});

function uuid(digit: string): object {
  return { uuid: `${digit}0000000-0000-4000-8000-000000000000` };
}

function refusalOf(layout: unknown): FlotillaError {
  try {
    readLayout(layout, "disko.devices");
  } catch (error) {
    if (error instanceof FlotillaError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}
