// Whatever the layout: what a plan touches is what the layout declares, what it destroys is what was named, and once done it is done.
import fc from "fast-check";
import { expect, test } from "vitest";
import { devicesOn } from "./block-devices.ts";
import { shellWords } from "./create/words.ts";
import type { DiskPlan, DiskStep } from "./disk-plan.ts";
import { layoutDevices } from "./layout-devices.ts";
import type { DiskLayout } from "./layout.ts";
import { allDiskDevices, anyLayout } from "./layouts.test-support.ts";
import { DevicePath, type MachineDisks } from "./machine-disks.ts";
import { madeMachine } from "./made-machine.test-support.ts";
import { planDisks, type DiskWish } from "./plan-disks.ts";
import { GiB, testDevice, testDisk, testMachine, testPartition } from "./test-machine.ts";
import { verifyDisks } from "./verify-disks.ts";

const foreign = testDisk("/dev/foreign", [
  testPartition("/dev/foreign1", { fromMiB: 1, toMiB: 100, label: "Windows" }),
]);
/** The disks that layouts name, blank, and one that they do not. */
const blank = testMachine(...allDiskDevices.map((path) => testDevice(path, { size: 200 * GiB })), foreign);

const plan = (layout: DiskLayout, machine: MachineDisks, given: Partial<DiskWish>): DiskPlan =>
  planDisks({
    layout,
    machine,
    mode: "create",
    wipe: "all",
    root: "/mnt",
    runningSystem: "stays",
    thenMount: false,
    ...given,
  });

/** Every word of the commands that names a device. */
const devicesIn = (steps: readonly DiskStep[]): readonly string[] =>
  steps.flatMap(({ commands }) =>
    commands.flatMap((line) => shellWords([line]).filter((word) => word.startsWith("/dev/"))),
  );

/** Changes to a layout that can be made where it is there already. */
const larger = (layout: DiskLayout): DiskLayout => {
  const [name] = Object.keys(layout.disk);
  const disk = name === undefined ? undefined : layout.disk[name];
  if (name === undefined || disk?.content?.type !== "gpt") return layout;
  const added = {
    ...Object.values(disk.content.partitions)[0],
    name: "added",
    label: "disk-added",
    device: "/dev/disk/by-partlabel/disk-added",
    type: "8300",
    size: "2G",
    start: "0",
    end: "+2G",
    alignment: 0,
    attributes: [],
    hybrid: null,
    uuid: null,
    // It would be the first, were it made with the others.
    priority: 1,
    content: null,
  };
  const content = { ...disk.content, partitions: { ...disk.content.partitions, added } };
  return { ...layout, disk: { ...layout.disk, [name]: { ...disk, content } } };
};

test("what is made is as declared: nothing is found by verifying, and a second plan has nothing to do", () => {
  fc.assert(
    fc.property(anyLayout, (layout) => {
      const made = madeMachine(layout, blank);
      expect(verifyDisks(layout, made, null)).toEqual([]);
      const second = plan(layout, made, {});
      expect(second.refusals).toEqual([]);
      expect(second.steps).toEqual([]);
      expect(second.settled).toBe(true);
    }),
  );
});

test("nothing is destroyed in any mode but wipe, and no device touched that the layout does not declare", () => {
  fc.assert(
    fc.property(anyLayout, fc.constantFrom("create", "mount", "unmount"), fc.boolean(), (layout, mode, made) => {
      const machine = made ? madeMachine(layout, blank) : blank;
      const { steps } = plan(larger(layout), machine, { mode, thenMount: true });
      expect(steps.filter(({ kind }) => kind === "destroy")).toEqual([]);
      const declared = layoutDevices(larger(layout));
      expect(devicesIn(steps).filter((device) => !declared.has(device))).toEqual([]);
      expect(steps.flatMap(({ device }) => (device === null || declared.has(device) ? [] : [device]))).toEqual([]);
    }),
  );
});

test("what is destroyed lies on disks that were named", () => {
  fc.assert(
    fc.property(anyLayout, anyLayout, fc.subarray([...allDiskDevices]), (layout, before, named) => {
      const machine = madeMachine(before, blank);
      const wipe = new Map(
        Object.values(layout.disk)
          .filter(({ device }) => named.includes(device))
          .map(({ device, name }) => [name, DevicePath.parse(device)] as const),
      );
      const { disks, steps } = plan(layout, machine, { mode: "wipe", wipe });
      const destroyed = steps.filter(({ kind }) => kind === "destroy");
      const allowed = new Set(
        machine.disks
          .filter(({ path }) => named.includes(path))
          .flatMap((disk) => devicesOn(disk).map(({ path }) => path)),
      );
      expect(devicesIn(destroyed).filter((device) => !allowed.has(device))).toEqual([]);
      expect(disks.filter(({ fate }) => fate === "wiped").map(({ name }) => name)).toEqual([...wipe.keys()]);
    }),
  );
});

test("a partition that is added touches none that is there, and then it is there", () => {
  fc.assert(
    fc.property(anyLayout, (layout) => {
      const made = madeMachine(layout, blank);
      const wish = larger(layout);
      const { disks, refusals, settled, steps } = plan(wish, made, {});
      // The whole disk may be taken.
      fc.pre(refusals.length === 0 || !refusals.every(({ message }) => message.includes("does not fit")));
      expect(refusals).toEqual([]);
      expect(settled).toBe(false);
      expect(steps.map(({ kind }) => kind)).toEqual(["change"]);
      const changed = disks.find(({ fate }) => fate === "changed");
      const before = made.disks.find(({ path }) => path === changed?.device.path)?.children ?? [];
      const kept = (changed?.after ?? []).filter(({ fate }) => fate === "kept");
      expect(kept.map(({ start }) => start)).toEqual(before.map(({ partition }) => (partition?.start ?? 0) * 512));
      const added = changed?.after.find(({ fate }) => fate === "new");
      const numbers = before.map(({ partition }) => partition?.number);
      const number = Number(/--new=(\d+):/u.exec(steps[0]?.commands.join(" ") ?? "")?.[1]);
      expect(numbers).not.toContain(number);
      // As the step leaves it.
      const partition = testPartition(`${changed?.device.path}p${number}`, {
        fromMiB: (added?.start ?? 0) / 1024 ** 2,
        toMiB: ((added?.start ?? 0) + (added?.size ?? 0)) / 1024 ** 2,
        number,
        label: "disk-added",
      });
      const after = {
        ...made,
        disks: made.disks.map((disk) =>
          disk.path === changed?.device.path ? { ...disk, children: [...disk.children, partition] } : disk,
        ),
      };
      expect(plan(wish, after, {})).toMatchObject({ settled: true, refusals: [], steps: [] });
    }),
  );
});
