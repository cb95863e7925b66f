// Activations that go wrong, each in its own way, all in one run: every host ends as its own fault asks for.
import { afterAll, beforeAll, expect, test } from "vitest";
import { deployFaults, disksOf, type FaultRun, type Faults, systemsBefore } from "./faults-side-by-side.ts";
import { endOf, Scene, seenOn } from "./scene.ts";

const failingUnit =
  'units."broken.service" = "[Service]\\nType=oneshot\\nExecStart=/bin/false\\n"; wants = [ "broken.service" ];';
/** Says no to us, and yes to switch-to-configuration, which calls it with an action. */
const preActivate = 'preSwitch = "case $2 in /nix/store/*) echo not today; exit 3 ;; esac";';

const faults: Faults = {
  hangs: {
    wish: { system: 'activation = "sleep 1000";', deployment: "activationTimeout = 8;" },
    ends: { outcome: "rolled-back", code: "E_ACTIVATION_TIMEOUT" },
    runs: "old",
    boots: "old",
  },
  "exits-1-at-commit": {
    wish: { system: "bootLoaderFails = true;" },
    ends: { outcome: "rolled-back", code: "E_COMMIT" },
    runs: "old",
    boots: "old",
  },
  "exits-2": {
    wish: { system: 'activation = "exit 1";' },
    ends: { outcome: "rolled-back", code: "E_ACTIVATION" },
    runs: "old",
    boots: "old",
  },
  "exits-4": {
    wish: { system: failingUnit },
    ends: { outcome: "rolled-back", code: "E_UNITS_FAILED" },
    runs: "old",
    boots: "old",
  },
  "failed-before": {
    before: { system: failingUnit },
    wish: { system: failingUnit, deployment: "allowDegraded = true;" },
    ends: { outcome: "deployed", code: null },
    runs: "new",
    boots: "new",
    state: "degraded",
  },
  "failure-ignored": {
    wish: { system: failingUnit, deployment: 'rollback.onFailedUnits = "ignore";' },
    ends: { outcome: "deployed", code: null },
    runs: "new",
    boots: "new",
    state: "degraded",
  },
  "exits-100": {
    wish: { system: 'initInterface = "3";' },
    ends: { outcome: "refused", code: "E_NEEDS_REBOOT" },
    runs: "old",
    boots: "old",
  },
  killed: {
    wish: { system: 'activation = "kill -KILL $PPID";' },
    ends: { outcome: "rolled-back", code: "E_ACTIVATION" },
    runs: "old",
    boots: "old",
  },
  "pre-switch-check": {
    wish: { system: 'preSwitch = "exit 7";' },
    ends: { outcome: "refused", code: "E_PRE_ACTIVATE" },
    runs: "old",
    boots: "old",
  },
  "pre-activate": {
    wish: { system: preActivate, deployment: 'preActivate = "pre-switch-checks";' },
    ends: { outcome: "refused", code: "E_PRE_ACTIVATE" },
    runs: "old",
    boots: "old",
  },
  "kept-without-rollback": {
    wish: { system: 'activation = "exit 1";', deployment: "rollback.enable = false;" },
    ends: { outcome: "failed", code: "E_ACTIVATION" },
    runs: "new",
    boots: "new",
  },
};
const names = Object.keys(faults);

let scene: Scene;
let run: FaultRun;
beforeAll(async () => {
  scene = await Scene.create();
  await scene.hosts(systemsBefore(faults), disksOf(faults));
  run = await deployFaults(scene, faults);
});
afterAll(() => scene.destroy());

test.for(names)("%s", async (name) => {
  expect(await run.found(name)).toEqual(run.expected(name));
});

test("the exit status is that of the worst", () => {
  expect(run.ended.exitCode).toBe(1);
});

test("what failed is named", () => {
  expect(run.finished("exits-4").reason?.message).toContain("broken.service");
  expect(run.finished("pre-activate").reason?.log).toContain("not today");
  expect(run.finished("kept-without-rollback").notes.join()).toContain("rollback is disabled");
});

test("refusals alone change nothing and have an exit status of their own", async () => {
  const refused = names.filter((name) => run.finished(name).outcome === "refused");
  expect(refused).toEqual(["exits-100", "pre-switch-check", "pre-activate"]);
  const again = await scene.flotilla(["deploy", "--json", "--on", refused.join(",")]);
  expect(again.exitCode).toBe(3);
});

test("--no-rollback keeps what failed, in this run alone", async () => {
  const name = "exits-2";
  const wanted = await scene.toplevel(name);
  const { events, exitCode } = await scene.flotilla(["deploy", "--json", "--no-rollback", "--on", name]);
  expect(endOf(events, name)).toEqual({ outcome: "failed", code: "E_ACTIVATION" });
  expect(exitCode).toBe(1);
  const kept = { running: wanted, bootsNext: wanted, profile: wanted, state: "running" };
  expect(await seenOn(scene.bed.host(name))).toEqual(kept);
});
