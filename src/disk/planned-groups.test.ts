import { expect, test } from "vitest";
import { DiskLayout } from "./layout.ts";
import { plannedGroups } from "./planned-groups.ts";

const partition = (name: string, content: unknown) => ({
  [name]: {
    name,
    type: "8300",
    size: "100%",
    start: "0",
    end: "-0",
    alignment: 0,
    priority: 1000,
    uuid: null,
    label: name,
    device: `/dev/disk/by-partlabel/${name}`,
    content,
  },
});
const disk = (name: string, content: unknown) => ({
  [name]: { name, device: `/dev/${name}`, imageName: name, content },
});
const gpt = (...partitions: readonly object[]) => ({
  type: "gpt",
  device: "/dev/x",
  partitions: Object.assign({}, ...partitions),
});

test("a group has its members, however deep they lie, and its volumes in the order in which they are made", () => {
  const lvm = { type: "lvm_pv", device: "/dev/x", vg: "pool" };
  const luks = { type: "luks", device: "/dev/x", name: "crypted", askPassword: true, content: lvm };
  const ext4 = (mountpoint: string) => ({ type: "filesystem", device: "/dev/x", format: "ext4", mountpoint });
  const layout = DiskLayout.parse({
    disk: { ...disk("one", gpt(partition("a", luks))), ...disk("two", lvm) },
    lvm_vg: {
      pool: {
        name: "pool",
        lvs: {
          rest: { name: "rest", size: "100%FREE", priority: 1251, content: ext4("/home") },
          root: { name: "root", size: "10G", priority: 1000, content: ext4("/") },
          thin: { name: "thin", size: "1G", priority: 501, lvm_type: "thin-pool" },
        },
      },
    },
  });
  expect(plannedGroups(layout)).toEqual([
    {
      kind: "lvm",
      name: "pool",
      level: null,
      members: [
        { disk: "one", part: "a" },
        { disk: "two", part: null },
      ],
      volumes: [
        { name: "thin", size: "1G", content: ["thin-pool"] },
        { name: "root", size: "10G", content: ["ext4 /"] },
        { name: "rest", size: "100%FREE", content: ["ext4 /home"] },
      ],
    },
  ]);
});

test("an array with partitions of its own, and one that is a member of something else", () => {
  const member = (name: string) => ({ type: "mdraid", device: "/dev/x", name });
  const swap = { type: "swap", device: "/dev/x" };
  const layout = DiskLayout.parse({
    disk: { ...disk("one", gpt(partition("a", member("boot")), partition("b", member("data")))) },
    mdadm: {
      boot: { name: "boot", level: 1, content: gpt(partition("swap", swap)) },
      data: { name: "data", level: 5, content: { type: "zfs", device: "/dev/x", pool: "tank" } },
    },
    zpool: {
      tank: { name: "tank", mode: "", datasets: { home: { type: "zfs_fs", name: "home", mountpoint: "/home" } } },
    },
  });
  const groups = plannedGroups(layout);
  expect(groups.map(({ level, members, name }) => [name, level, members])).toEqual([
    ["boot", "raid1", [{ disk: "one", part: "a" }]],
    ["data", "raid5", [{ disk: "one", part: "b" }]],
    ["tank", null, [{ disk: "data", part: null }]],
  ]);
  expect(groups.map(({ volumes }) => volumes)).toEqual([
    [{ name: "swap", size: "100%", content: ["swap"] }],
    [{ name: null, size: null, content: ["zfs tank"] }],
    [{ name: "home", size: null, content: ["zfs /home"] }],
  ]);
});
