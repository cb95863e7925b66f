// A disk's life on real tables and file systems: wiped, made, mounted, changed, grown, wiped again. Devices of their own (LVM, LUKS, arrays) need a
// kernel of their own: test/machines.
import { expect, test } from "vitest";
import { diskScript } from "../../src/disk/disk-script.ts";
import type { DiskMode, DiskPlan } from "../../src/disk/disk-plan.ts";
import type { DiskLayout } from "../../src/disk/layout.ts";
import type { MachineDisks } from "../../src/disk/machine-disks.ts";
import { planDisks } from "../../src/disk/plan-disks.ts";
import { readDisks, readDisksScript } from "../../src/disk/read-disks.ts";
import { readLayout } from "../../src/disk/read-layout.ts";
import { verifyDisks } from "../../src/disk/verify-disks.ts";
import { LoopDisk } from "./loop-disk.ts";

const GiB = 1024 ** 3;
const root = { size: "400M", content: { type: "filesystem", format: "ext4", mountpoint: "/" } };
const swap = { size: "60M", content: { type: "swap" } };
const data = (subvolumes: object, size = "500M"): object => ({
  size,
  content: { type: "btrfs", mountpoint: "/data", subvolumes },
});

/** A layout on the disk; names are of this test alone, since all disks of the machine are looked at. */
const layoutOn = (disk: LoopDisk, partitions: object): DiskLayout => {
  const name = `test${process.pid}`;
  return readLayout(
    { disk: { [name]: { type: "disk", device: disk.path, content: { type: "gpt", partitions } } } },
    "disko.devices",
  );
};

const machine = async (disk: LoopDisk): Promise<MachineDisks> => readDisks((await disk.sh(readDisksScript())).stdout);

const planOn = async (disk: LoopDisk, layout: DiskLayout, mode: DiskMode, thenMount = true): Promise<DiskPlan> =>
  planDisks({
    layout,
    machine: await machine(disk),
    mode,
    wipe: "all",
    root: disk.mountpoint,
    runningSystem: "stays",
    thenMount,
  });

/** Plans and carries it out. */
async function apply(disk: LoopDisk, layout: DiskLayout, mode: DiskMode, thenMount = true): Promise<DiskPlan> {
  const plan = await planOn(disk, layout, mode, thenMount);
  expect(plan.refusals).toEqual([]);
  const { exitCode, stderr } = await disk.sh(diskScript(plan.steps));
  expect(exitCode, stderr).toBe(0);
  return plan;
}

/** What must never change in what is there: by partition its UUID, and the UUID of what is in it. */
const identities = async (disk: LoopDisk): Promise<ReadonlyMap<string, string>> => {
  const found = (await machine(disk)).disks.find(({ path }) => path === disk.path);
  return new Map(
    (found?.children ?? []).map(
      ({ partition, path, signature }) => [path, `${partition?.uuid} ${signature?.uuid}`] as const,
    ),
  );
};

test("a disk is made, changed, grown and wiped, and what is there stays itself", async () => {
  await using disk = await LoopDisk.create(2 * GiB);
  const first = layoutOn(disk, { root, swap, data: data({ "@a": { mountpoint: "/a" } }) });
  await apply(disk, first, "wipe");
  expect(verifyDisks(first, await machine(disk), disk.mountpoint)).toEqual([]);
  expect(await planOn(disk, first, "create")).toMatchObject({ settled: true, steps: [] });
  expect((await disk.sh(`echo mine >${disk.mountpoint}/data/file`)).exitCode).toBe(0);
  const before = await identities(disk);

  // "aaa" sorts before all others, and "data" gets a subvolume while it is mounted.
  const second = layoutOn(disk, {
    aaa: { size: "50M", content: { type: "filesystem", format: "ext4", mountpoint: "/aaa" } },
    root,
    swap,
    data: data({ "@a": { mountpoint: "/a" }, "@b": { mountpoint: "/b" } }),
  });
  const changed = await apply(disk, second, "create");
  expect(changed.steps.filter(({ kind }) => kind === "destroy")).toEqual([]);
  expect(verifyDisks(second, await machine(disk), disk.mountpoint)).toEqual([]);
  for (const [path, identity] of before) expect((await identities(disk)).get(path)).toBe(identity);

  await apply(disk, second, "unmount");
  expect(
    (await machine(disk)).disks
      .find(({ path }) => path === disk.path)
      ?.children.flatMap(({ mountpoints }) => mountpoints),
  ).toEqual([]);

  await disk.grow(3 * GiB);
  const third = layoutOn(disk, {
    aaa: { size: "100%", content: { type: "filesystem", format: "ext4", mountpoint: "/aaa" } },
    root,
    swap,
    data: data({ "@a": { mountpoint: "/a" }, "@b": { mountpoint: "/b" } }),
  });
  await apply(disk, third, "create", false);
  for (const [path, identity] of before) expect((await identities(disk)).get(path)).toBe(identity);
  await apply(disk, third, "mount");
  const { stdout: kilobytes } = await disk.sh(`df --output=size ${disk.mountpoint}/aaa | tail -n 1`);
  expect(Number(kilobytes)).toBeGreaterThan(1_500_000);
  expect((await disk.sh(`cat ${disk.mountpoint}/data/file`)).stdout).toBe("mine");

  // It is mounted below the root of an install: that is taken apart, and the lines say what is lost.
  const wiped = await apply(disk, first, "wipe", false);
  expect(wiped.disks[0]?.lost.join("\n")).toMatch(/p1 btrfs .*mounted on .*\/a, .*\/b, .*\/data/u);
  expect((await identities(disk)).size).toBe(3);
});

test("nothing of a disk is wiped while something uses it that the machine's mounts do not show", async () => {
  await using disk = await LoopDisk.create(GiB);
  const layout = layoutOn(disk, { root });
  await apply(disk, layout, "wipe", false);
  const before = await identities(disk);
  const seen = await planOn(disk, layout, "wipe", false);
  // Mounted after the plan was made.
  expect((await disk.sh(`mkdir -p ${disk.mountpoint} && mount ${disk.path}p1 ${disk.mountpoint}`)).exitCode).toBe(0);
  const { exitCode, stderr } = await disk.sh(diskScript(seen.steps));
  expect(exitCode).not.toBe(0);
  expect(stderr).toContain(`something still uses ${disk.path}p1`);
  expect(await identities(disk)).toEqual(before);
});

test("a disk that is another than when the plan was made is not touched", async () => {
  await using disk = await LoopDisk.create(GiB);
  const plan = await planOn(disk, layoutOn(disk, { root }), "wipe", false);
  await disk.grow(GiB + 1024 ** 2);
  const { exitCode, stderr } = await disk.sh(diskScript(plan.steps));
  expect(exitCode).not.toBe(0);
  expect(stderr).toContain("nothing on it was touched");
  expect((await identities(disk)).size).toBe(0);
});
