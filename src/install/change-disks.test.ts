import { expect, it } from "vitest";
import type { DiskPlan } from "../disk/disk-plan.ts";
import { DiskLayout } from "../disk/layout.ts";
import { planDisks } from "../disk/plan-disks.ts";
import { testDevice } from "../disk/test-machine.ts";
import type { BlockDevice } from "../disk/machine-disks.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { changeDisks } from "./change-disks.ts";
import { FakeInstall } from "./fake-install.test-support.ts";
import { lifeline } from "./lifeline.ts";
import { firstTargets } from "./first-targets.ts";
import { installation, settingsOf, web } from "./test-installation.ts";

const layout = installation.layout ?? DiskLayout.parse({});
const planOf = (...disks: readonly BlockDevice[]): DiskPlan =>
  planDisks({
    layout,
    machine: { disks, groups: [], probed: true },
    mode: "wipe",
    wipe: "all",
    root: "/mnt",
    runningSystem: "stays",
    thenMount: true,
  });
const empty = testDevice("/dev/vda", { serial: "S1" });

async function change(fake: FakeInstall, now: DiskPlan): Promise<string> {
  const services = fake.services();
  const [target] = firstTargets(installation.host, settingsOf({}).words);
  if (target === undefined) throw new Error("no target");
  const connection = fake.connection(target);
  const line = lifeline(connection, async () => connection, services.clock);
  const wish = { host: web, paths: [], layout, mode: "wipe" } as const;
  return changeDisks(services, line, { ...wish, plan: planOf(empty), planNow: async () => now }).then(
    () => "done",
    (error: unknown) => (error instanceof FlotillaError ? error.code : "bug"),
  );
}

it("does what was agreed to where nothing has changed since", async () => {
  const fake = new FakeInstall();
  expect(await change(fake, planOf(empty))).toBe("done");
  expect(fake.done).toEqual(["disks"]);
});

it.each([
  [
    "something lies there that was not shown",
    testDevice("/dev/vda", { serial: "S1", signature: { type: "ext4", uuid: "1234", label: null } }),
    "E_PLAN_CHANGED",
  ],
  ["another disk has the name", testDevice("/dev/vda", { serial: "S2" }), "E_PLAN_CHANGED"],
  ["the disk is gone", testDevice("/dev/vdb", { serial: "S1" }), "E_DISK_PLAN"],
])("touches nothing where %s by now", async (_, disk, code) => {
  const fake = new FakeInstall();
  expect(await change(fake, planOf(disk))).toBe(code);
  expect(fake.done).toEqual([]);
  expect(fake.lockedBy).toBeNull();
});
