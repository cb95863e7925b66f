// Disks that are full, before or during a deploy: the host stays as it was, and is told to.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Host } from "../bed/host.ts";
import { deployFaults, disksOf, type FaultRun, type Faults, systemsBefore } from "./faults-side-by-side.ts";
import { endOf, eventsOf, phaseBegins, Scene, seenOn, until } from "./scene.ts";

/** Gives a directory of the host a disk of its own, as small as that. */
async function smallDisk(host: Host, directory: string, kibibytes: number): Promise<void> {
  const script = `mkdir -p ${directory} && mount -t tmpfs -o size=${kibibytes}k,mode=700 small ${directory}`;
  const { exitCode, stderr } = await host.exec(["sh", "-c", script]);
  if (exitCode !== 0) throw new Error(stderr);
}

const full = { outcome: "refused", code: "E_TARGET_DISK_FULL" };
const faults: Faults = {
  "nix-too-small": {
    disks: { nixMiB: 24 },
    wish: { system: "payloadMiB = 48;" },
    ends: full,
    runs: "old",
    boots: "old",
  },
  "boot-full": {
    disks: { bootMiB: 1 },
    wish: { system: 'kernel = "6.18.1";' },
    ends: full,
    runs: "old",
    boots: "old",
  },
  // Nothing is left for the boot loader once the new system runs.
  "boot-fills-up": {
    disks: { bootMiB: 1 },
    wish: { system: 'activation = "cat /dev/zero >/boot/filler 2>/dev/null || :";' },
    ends: { outcome: "rolled-back", code: "E_COMMIT" },
    runs: "old",
    boots: "old",
  },
  "no-room-for-the-record": { wish: {}, ends: full, runs: "old", boots: "old" },
  // Nobody is there yet to refuse.
  "no-room-for-the-guard": { wish: {}, ends: { ...full, outcome: "failed" }, runs: "old", boots: "old" },
  // The guard has noted all it needs, and must bring it to an end with no disk to write to.
  "record-fills-up": {
    wish: { system: 'activation = "cat /dev/zero >/var/lib/flotilla/filler 2>/dev/null || :; exit 1";' },
    ends: { outcome: "rolled-back", code: "E_ACTIVATION" },
    runs: "old",
    boots: "old",
  },
};
const names = Object.keys(faults);

let scene: Scene;
let run: FaultRun;
beforeAll(async () => {
  scene = await Scene.create();
  await scene.hosts(systemsBefore(faults), disksOf(faults));
  await scene.bed.host("boot-full").fillDisk("boot");
  await smallDisk(scene.bed.host("no-room-for-the-record"), "/var/lib/flotilla", 16);
  await smallDisk(scene.bed.host("no-room-for-the-guard"), "/run/flotilla", 16);
  await smallDisk(scene.bed.host("record-fills-up"), "/var/lib/flotilla", 512);
  run = await deployFaults(scene, faults);
});
afterAll(() => scene.destroy());

test.for(names)("%s", async (name) => {
  expect(await run.found(name)).toEqual(run.expected(name));
});

test("what was refused works once there is room", async () => {
  await scene.bed.host("boot-full").clearDisk("boot");
  for (const [name, directory] of [
    ["no-room-for-the-record", "/var/lib/flotilla"],
    ["no-room-for-the-guard", "/run/flotilla"],
  ] as const) {
    await scene.bed.host(name).exec(["umount", directory]);
  }
  const refused = ["boot-full", "no-room-for-the-record", "no-room-for-the-guard"];
  const { events, exitCode } = await scene.flotilla(["deploy", "--json", "--on", refused.join(",")]);
  for (const name of refused) expect(endOf(events, name)).toEqual({ outcome: "deployed", code: null });
  expect(exitCode).toBe(0);
});

test("the disk fills up while the system is sent", async () => {
  const name = "fills-up";
  const host = await scene.host(name, {}, { nixMiB: 160, cable: { rate: 80_000 } });
  const before = await seenOn(host);
  await scene.wish(name, { system: 'label = "2"; payloadMiB = 64;' });
  const wanted = await scene.toplevel(name);
  const deploy = ["deploy", "--json", "--on", name];
  const running = await scene.start(deploy);
  await until(running, "the copy", phaseBegins(name, "copy"));
  // To the last byte, beside what is being sent.
  await host.exec(["sh", "-c", "cat /dev/zero >/nix/filler"]);
  const { exitCode, stdout } = await running.finished;
  expect(endOf(eventsOf(stdout), name)).toEqual({ outcome: "failed", code: "E_TARGET_DISK_FULL" });
  expect(exitCode).toBe(1);
  expect(await seenOn(host)).toEqual(before);

  await host.clearDisk("nix");
  const again = await scene.flotilla(deploy);
  expect(endOf(again.events, name)).toEqual({ outcome: "deployed", code: null });
  expect(await seenOn(host)).toMatchObject({ running: wanted, profile: wanted, bootsNext: wanted });
});
