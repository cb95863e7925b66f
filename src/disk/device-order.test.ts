import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { numberedPartitions, orderDevices } from "./device-order.ts";
import { readLayout } from "./read-layout.ts";

const layout = (disks: readonly string[], zfs: readonly string[], more: object = {}): ReturnType<typeof readLayout> =>
  readLayout(
    {
      disk: Object.fromEntries(
        disks.map((name) => [
          name,
          { device: `/dev/${name}`, content: zfs.includes(name) ? { type: "zfs", pool: "tank" } : { type: "swap" } },
        ]),
      ),
      zpool: zfs.length === 0 ? {} : { tank: {} },
      ...more,
    },
    "x",
  );

test("what is made of others comes after them", () => {
  const names = orderDevices(layout(["sdb", "sda"], ["sdb"], { nodev: { "/tmp": { fsType: "tmpfs" } } }));
  expect(names.map(({ name }) => name)).toEqual(["sda", "sdb", "/tmp", "tank"]);
});

test("devices come in the order of their names' bytes, as in Nix", () => {
  expect(orderDevices(layout(["sdB", "sda", "sd10", "sd2"], [])).map(({ name }) => name)).toEqual([
    "sd10",
    "sd2",
    "sdB",
    "sda",
  ]);
});

test("members go before other devices once their group's turn has come, as in nixpkgs' toposort", () => {
  const json: unknown = JSON.parse(
    readFileSync(new URL("fixtures/layouts/encrypted-volumes.json", import.meta.url), "utf8"),
  );
  expect(orderDevices(readLayout(json, "x"))).toEqual([
    { class: "disk", name: "main" },
    { class: "lvm_vg", name: "store" },
  ]);
  const bcachefs = readLayout(
    {
      disk: {
        a: { device: "/dev/a", content: { type: "swap" } },
        b: { device: "/dev/b", content: { type: "bcachefs", filesystem: "f" } },
        c: { device: "/dev/c", content: { type: "bcachefs", filesystem: "f" } },
      },
      bcachefs_filesystems: { f: {} },
    },
    "x",
  );
  expect(orderDevices(bcachefs).map(({ name }) => name)).toEqual(["b", "c", "f", "a"]);
});

test("partitions are numbered by priority, then by name", () => {
  const { disk } = readLayout(
    {
      disk: {
        d: {
          device: "/dev/d",
          content: {
            type: "gpt",
            partitions: {
              rest: { size: "100%" },
              "10": { size: "1G" },
              "9": { size: "1G" },
              bios: { size: "1M", type: "EF02" },
              first: { size: "1G", priority: 1 },
            },
          },
        },
      },
    },
    "x",
  );
  const content = disk["d"]?.content;
  const numbered = content?.type === "gpt" ? numberedPartitions(content) : [];
  expect(numbered.map(({ attribute, number }) => `${number} ${attribute}`)).toEqual([
    "1 first",
    "2 bios",
    "3 10",
    "4 9",
    "5 rest",
  ]);
});
