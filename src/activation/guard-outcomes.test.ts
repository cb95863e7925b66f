// How the guard ends what it began, as asked or not, under each shell that a host may have.
import { access, lutimes, mkdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { GenerationNumber } from "../domain/generation-number.ts";
import { RunId } from "../domain/run-id.ts";
import type { HealthCheck } from "../fleet/deployment.ts";
import { spawnRunner } from "../process/spawn-runner.ts";
import { underEachShell } from "./each-shell.test-support.ts";
import { guardScript } from "./guard-script.ts";
import type { GuardOrder } from "./guard.ts";
import { findProgram } from "./furnish-test-host.test-support.ts";
import { silent } from "./test-host.test-support.ts";

const failedUnit = (name: string): string => `${name} loaded failed failed Something\n`;
const atOld = { runs: "old", generation: "system-1-link", boots: "old" };
const atNew = { runs: "new", generation: "system-2-link", boots: "new" };
const command = (...words: string[]): HealthCheck => ({
  type: "command",
  command: words,
  name: "check",
  from: "target",
  interval: 1,
  timeout: 1,
  consecutive: 1,
});

await underEachShell(["dash", "busybox", "bash"], (host) => {
  test("deploys what is confirmed, and leaves nothing behind", async () => {
    await using target = await host();
    const system = await target.addSystem("new", { during: "echo activated" });
    const { end, states, log } = await target.play(target.order(system), {
      "awaiting-confirm": () => target.verb("confirm"),
    });
    expect(end).toEqual({ outcome: "deployed", code: null, message: null, notes: [] });
    expect(states).toEqual(["starting", "checking", "activating", "awaiting-confirm", "committing", "finished"]);
    expect(log).toEqual(["activated", "activated"]);
    expect(await target.systems()).toEqual(atNew);
    expect(await target.leftovers()).toEqual([]);
    expect(await target.reconcile()).toMatchObject({ outcome: "deployed" });
  });

  test("goes back when nobody confirms", async () => {
    await using target = await host();
    const system = await target.addSystem("new", {});
    const { end } = await target.play(target.order(system, { confirmTimeout: 1 }), {});
    expect(end).toMatchObject({ outcome: "rolled-back", code: "E_CONFIRM_TIMEOUT" });
    expect(await target.systems()).toEqual(atOld);
    expect(await target.leftovers()).toEqual([]);
    // Late, a confirmation changes nothing.
    expect(await target.verb("confirm")).toMatchObject({ outcome: "rolled-back" });
    expect(await target.systems()).toEqual(atOld);
  });

  test.each([
    [1, "rolled-back", "E_ACTIVATION"],
    [2, "rolled-back", "E_ACTIVATION"],
    [100, "refused", "E_NEEDS_REBOOT"],
    [9, "rolled-back", "E_ACTIVATION"],
  ] as const)("an activation that exits with %d", async (testStatus, outcome, code) => {
    await using target = await host();
    const system = await target.addSystem("new", { testStatus });
    expect(await target.start(target.order(system))).toMatchObject({ outcome, code });
    expect(await target.systems()).toEqual(atOld);
    expect(await target.leftovers()).toEqual([]);
  });

  test("the root of a run that never came to a guard goes after a week", async () => {
    await using target = await host();
    const roots = join(target.root, "nix/var/nix/gcroots/flotilla");
    await mkdir(roots, { recursive: true });
    const days = (count: number): Date => new Date(Date.now() - count * 24 * 3_600_000);
    for (const [name, age] of [
      ["00000002-new", 6],
      ["00000003-new", 9],
    ] as const) {
      await symlink("/nix/store/none", join(roots, name));
      await lutimes(join(roots, name), days(age), days(age));
    }
    await target.start(target.order(await target.addSystem("new", { testStatus: 1 })));
    expect(await target.leftovers()).toEqual(["00000002-new"]);
  });

  test("pre-switch checks that fail are a refusal", async () => {
    await using target = await host();
    const system = await target.addSystem("new", { testStatus: 1, during: "echo Pre-switch checks failed" });
    const end = await target.start(target.order(system));
    expect(end).toMatchObject({ outcome: "refused", code: "E_PRE_ACTIVATE" });
    // The old system's own checks have no say when it is restored.
    expect(await target.read("switches")).toContain("test old no-check=1");
  });

  test("units that fail now and did not before are a failure", async () => {
    await using target = await host();
    await target.write("unit-list", failedUnit("a.service"));
    const system = await target.addSystem("new", {
      testStatus: 4,
      units: failedUnit("a.service") + failedUnit("b.service"),
    });
    const end = await target.start(target.order(system));
    expect(end).toMatchObject({ outcome: "rolled-back", code: "E_UNITS_FAILED", message: "units failed: b.service" });
  });

  test("units that had failed before are not held against the new system", async () => {
    await using target = await host();
    await target.write("unit-list", failedUnit("a.service"));
    const system = await target.addSystem("new", { testStatus: 4, units: failedUnit("a.service") });
    const { end } = await target.play(target.order(system), { "awaiting-confirm": () => target.verb("confirm") });
    expect(end).toMatchObject({ outcome: "deployed", code: null });
  });

  test("failed units are ignored where the order says so, and named", async () => {
    await using target = await host();
    const system = await target.addSystem("new", { testStatus: 4, units: failedUnit("b.service") });
    const { end } = await target.play(target.order(system, { onFailedUnits: "ignore" }), {
      "awaiting-confirm": () => target.verb("confirm"),
    });
    expect(end).toMatchObject({ outcome: "deployed", notes: ["units failed, which is ignored: b.service"] });
  });

  test("an activation that hangs is ended with all it started", async () => {
    await using target = await host();
    const system = await target.addSystem("new", { during: '[ "$1" = boot ] || { sleep 600 & sleep 600; }' });
    const end = await target.start(target.order(system, { activationTimeout: 1 }));
    expect(end).toMatchObject({ outcome: "rolled-back", code: "E_ACTIVATION_TIMEOUT" });
    expect(await target.systems()).toEqual(atOld);
    expect(await target.leftovers()).toEqual([]);
  });

  test("a check before the activation says no: nothing changes", async () => {
    await using target = await host();
    const system = await target.addSystem("new", {});
    const end = await target.start(target.order(system, { preActivate: "bin/no-such-check" }));
    expect(end).toMatchObject({ outcome: "refused", code: "E_PRE_ACTIVATE" });
    await expect(access(join(target.root, "switches"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("what is no system is refused", async () => {
    await using target = await host();
    const system = await target.addSystem("new", {});
    await rm(join(system, "bin/switch-to-configuration"));
    expect(await target.start(target.order(system))).toMatchObject({ outcome: "refused", code: "E_NOT_NIXOS" });
  });

  test("health checks that pass let the run go on; one that fails ends it", async () => {
    await using target = await host();
    const system = await target.addSystem("new", {});
    const { end, states } = await target.play(
      target.order(system, { healthChecks: [command("true"), command("sh", "-c", "echo it is ill; exit 1")] }),
      {},
    );
    expect(states).toContain("health");
    expect(end).toMatchObject({
      outcome: "rolled-back",
      code: "E_HEALTH",
      message: "check: no success within 1 s: it is ill",
    });
    expect(await target.systems()).toEqual(atOld);
  });

  test("without rollback the new system is kept, unconfirmed it is not what boots, and the outcome is a failure", async () => {
    await using target = await host();
    const system = await target.addSystem("new", {});
    const end = await target.start(target.order(system, { rollback: false, confirmTimeout: 1 }));
    expect(end).toMatchObject({ outcome: "failed", code: "E_CONFIRM_TIMEOUT" });
    expect(await target.systems()).toEqual({ ...atOld, runs: "new" });
  });

  test("without rollback a confirmed system with failed units is committed, and the outcome is a failure", async () => {
    await using target = await host();
    const system = await target.addSystem("new", { testStatus: 4, units: failedUnit("b.service") });
    const { end } = await target.play(target.order(system, { rollback: false }), {
      "awaiting-confirm": () => target.verb("confirm"),
    });
    expect(end).toMatchObject({ outcome: "failed", code: "E_UNITS_FAILED" });
    expect(await target.systems()).toEqual(atNew);
  });

  test("goal test runs the new system and commits nothing", async () => {
    await using target = await host();
    const system = await target.addSystem("new", {});
    const { end } = await target.play(target.order(system, { goal: "test" }), {
      "awaiting-confirm": () => target.verb("confirm"),
    });
    expect(end).toMatchObject({ outcome: "tested" });
    expect(await target.systems()).toEqual({ ...atOld, runs: "new" });
  });

  test("goal boot changes only what boots", async () => {
    await using target = await host();
    const system = await target.addSystem("new", {});
    expect(await target.start(target.order(system, { goal: "boot" }))).toMatchObject({ outcome: "staged" });
    expect(await target.systems()).toEqual({ ...atNew, runs: "old" });
  });

  test.each(["switch", "boot"] as const)("a boot loader that fails: goal %s", async (goal) => {
    await using target = await host();
    const system = await target.addSystem("new", { bootStatus: 1 });
    const { end } = await target.play(target.order(system, { goal }), {
      "awaiting-confirm": () => target.verb("confirm"),
    });
    expect(end).toMatchObject({ outcome: goal === "switch" ? "rolled-back" : "failed", code: "E_COMMIT" });
    expect(await target.systems()).toEqual(atOld);
    // The generation that was made is gone, and the boot loader is written for the old system again.
    expect(await target.read("nix-env-calls")).toBe("--set new\n--switch-generation 1\n--delete-generations 2\n");
    expect(await target.read("switches")).toContain("boot old");
  });

  test("redeploying the running system makes no generation", async () => {
    await using target = await host();
    const system = target.order(await target.addSystem("new", {}));
    const confirmed = { "awaiting-confirm": () => target.verb("confirm") };
    await target.play(system, confirmed);
    const again: GuardOrder = { ...system, run: RunId.parse("00000002") };
    const { end } = await target.play(again, {
      "awaiting-confirm": () => target.verb("confirm", silent, again.run),
    });
    expect(end).toMatchObject({ outcome: "deployed" });
    expect(await target.read("nix-env-calls")).toBe("--set new\n");
  });

  test("going back to a generation points the profile at that very one", async () => {
    await using target = await host();
    const system = await target.addSystem("new", {});
    await target.play(target.order(system), { "awaiting-confirm": () => target.verb("confirm") });
    const first = await target.systemOf(1);
    const back: GuardOrder = {
      ...target.order(first, { profiles: [target.profile(first, { generation: GenerationNumber.parse(1) })] }),
      run: RunId.parse("00000002"),
    };
    const { end } = await target.play(back, { "awaiting-confirm": () => target.verb("confirm", silent, back.run) });
    expect(end).toMatchObject({ outcome: "deployed" });
    expect(await target.systems()).toEqual(atOld);
    expect(await target.read("nix-env-calls")).toBe("--set new\n--switch-generation 1\n");
  });

  test("a profile that cannot be set is a failed commit", async () => {
    await using target = await host();
    await target.write("nix-env-fails", "");
    const system = await target.addSystem("new", {});
    const { end } = await target.play(target.order(system), { "awaiting-confirm": () => target.verb("confirm") });
    expect(end).toMatchObject({ outcome: "rolled-back", code: "E_COMMIT" });
    expect(await target.systems()).toEqual(atOld);
  });
});

test.skipIf((await findProgram("shellcheck")) === null)(
  "the guard is shellcheck-clean (skipped where shellcheck is missing)",
  async () => {
    const result = await spawnRunner().run({
      file: "shellcheck",
      args: ["--shell=sh", "-"],
      stdin: guardScript(),
      deadline: 60_000,
    });
    expect(result).toMatchObject({ exitCode: 0, stdout: "" });
  },
);
