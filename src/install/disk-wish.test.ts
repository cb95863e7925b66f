import { expect, test } from "vitest";
import { DiskLayout } from "../disk/layout.ts";
import { DevicePath } from "../disk/machine-disks.ts";
import { testDevice, testDisk, testPartition } from "../disk/test-machine.ts";
import { diskWish, type DiskWords } from "./disk-wish.ts";

const layout = DiskLayout.parse({ disk: { main: { name: "main", device: "/dev/vda", imageName: "main" } } });
const machine = (mountpoint: string) => ({
  disks: [
    testDisk("/dev/vda", [testPartition("/dev/vda1", { fromMiB: 1, toMiB: 1024 }, { mountpoints: [mountpoint] })]),
    testDevice("/dev/vdb", { mountpoints: ["/"] }),
  ],
  groups: [],
  probed: true,
});
const vda = new Map([["main", DevicePath.parse("/dev/vda")]]);
const ask = (words: Partial<DiskWords>, mountpoint = "/data") => {
  const wish = { task: { kind: "apply", changes: null }, wipe: new Map(), wipeAll: false, mountPoint: null } as const;
  const { mode, root, thenMount, wipe } = diskWish({ ...wish, ...words }, layout, machine(mountpoint), "/mnt");
  return { mode, root, thenMount, wipe };
};

test("without a disk to wipe only what is missing is made, and nothing is mounted", () => {
  expect(ask({})).toMatchObject({ mode: "create", root: "/mnt", thenMount: false });
});

test("disks that are named are wiped, and all of it is mounted", () => {
  expect(ask({ wipe: vda })).toEqual({ mode: "wipe", root: "/mnt", thenMount: true, wipe: vda });
  expect(ask({ wipeAll: true })).toMatchObject({ mode: "wipe", wipe: "all" });
});

test("disko's modes mean what they mean there; who is to be asked for names is asked for all", () => {
  const apply = (wipe: boolean, create: boolean, mount: boolean) =>
    ask({ task: { kind: "apply", changes: { wipe, create, mount } } });
  expect(apply(true, true, true)).toMatchObject({ mode: "wipe", wipe: "all", thenMount: true });
  expect(apply(true, true, false)).toMatchObject({ mode: "wipe", thenMount: false });
  expect(apply(false, true, true)).toMatchObject({ mode: "create", thenMount: true });
  expect(apply(false, false, true)).toMatchObject({ mode: "mount" });
});

test("naming a disk does not turn a mode that wipes none into one that does", () => {
  expect(
    ask({ task: { kind: "apply", changes: { wipe: false, create: true, mount: false } }, wipe: vda }),
  ).toMatchObject({ mode: "create" });
  expect(ask({ task: { kind: "mount" }, wipe: vda, wipeAll: true })).toMatchObject({ mode: "mount" });
});

test("a machine that runs from these disks has them below /, unless told otherwise, and never for a mount", () => {
  expect(ask({}, "/")).toMatchObject({ root: "/" });
  expect(ask({ mountPoint: "/mnt" }, "/")).toMatchObject({ root: "/mnt" });
  expect(ask({ task: { kind: "mount" } }, "/")).toMatchObject({ root: "/mnt" });
});
