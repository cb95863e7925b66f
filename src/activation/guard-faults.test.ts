// What the guard makes of death, power cuts, rivals and second thoughts, under each shell that a host may have.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RunId } from "../domain/run-id.ts";
import { underEachShell } from "./each-shell.test-support.ts";
import type { GuardOrder } from "./guard.ts";
import { run, silent } from "./test-host.test-support.ts";

const atOld = { runs: "old", generation: "system-1-link", boots: "old" };
const atNew = { runs: "new", generation: "system-2-link", boots: "new" };

await underEachShell(["dash", "busybox"], (host) => {
  test.each(["activating", "awaiting-confirm"] as const)(
    "killed while %s, the old system is restored at once",
    async (state) => {
      await using target = await host();
      const system = await target.addSystem("new", { during: "sleep 1" });
      const { end } = await target.play(target.order(system), {
        [state]: () => target.kill("flotilla-guard.service"),
      });
      expect(end).toMatchObject({ outcome: "rolled-back", code: "E_GUARD_LOST" });
      expect(await target.systems()).toEqual(atOld);
      expect(await target.leftovers()).toEqual([]);
    },
  );

  test("killed with its last words, the deadman restores the old system", async () => {
    await using target = await host();
    await target.write("no-stop-post", "");
    const system = await target.addSystem("new", {});
    const { end } = await target.play(target.order(system), {
      "awaiting-confirm": () => target.kill("flotilla-guard.service"),
    });
    expect(end).toMatchObject({ outcome: "rolled-back", code: "E_GUARD_LOST" });
    expect(await target.systems()).toEqual(atOld);
  });

  test("killed while it commits, the commit is finished: it was confirmed", async () => {
    await using target = await host();
    const system = await target.addSystem("new", { during: '[ "$1" = test ] || sleep 1' });
    const { end } = await target.play(target.order(system), {
      "awaiting-confirm": () => target.verb("confirm"),
      committing: async () => target.kill("flotilla-guard.service").catch(() => {}),
    });
    expect(end).toMatchObject({ outcome: "deployed" });
    expect(await target.systems()).toEqual(atNew);
  });

  test("confirmed and called off in the same moment, one of the two wins wholly", async () => {
    await using target = await host();
    const system = await target.addSystem("new", {});
    const { end } = await target.play(target.order(system), {
      "awaiting-confirm": () => Promise.all([target.verb("confirm"), target.verb("revert")]),
    });
    expect(["deployed", "rolled-back"]).toContain(end.outcome);
    expect(await target.systems()).toEqual(end.outcome === "deployed" ? atNew : atOld);
  });

  test("called off after the confirmation, it is too late", async () => {
    await using target = await host();
    const system = await target.addSystem("new", { during: '[ "$1" = test ] || sleep 1' });
    const { end } = await target.play(target.order(system), {
      "awaiting-confirm": () => target.verb("confirm"),
      committing: () => target.verb("revert"),
    });
    expect(end).toMatchObject({ outcome: "deployed" });
    expect(await target.read("switches")).toBe("test new no-check=\nboot new no-check=\n");
    expect(await target.systems()).toEqual(atNew);
  });

  test.each(["activating", "awaiting-confirm"] as const)("called off while %s", async (state) => {
    await using target = await host();
    const system = await target.addSystem("new", { during: "sleep 1" });
    const { end } = await target.play(target.order(system), { [state]: () => target.verb("revert") });
    expect(end).toMatchObject({ outcome: "rolled-back", code: "E_INTERRUPTED" });
    expect(await target.systems()).toEqual(atOld);
  });

  test.each([
    ["activating", "rolled-back"],
    ["awaiting-confirm", "rolled-back"],
  ] as const)("power cut while %s", async (state, outcome) => {
    await using target = await host();
    const system = await target.addSystem("new", { during: "sleep 1" });
    const { promise, resolve } = Promise.withResolvers<void>();
    const started = target.start(target.order(system), {
      onState: (entered) => {
        if (entered === state) resolve();
      },
      onLog: () => {},
    });
    started.catch(() => {});
    await promise;
    await target.reboot();
    expect(await target.reconcile()).toMatchObject({ outcome, code: "E_POWER_LOSS" });
    expect(await target.systems()).toEqual(atOld);
    expect(await target.verb("follow")).toMatchObject({ outcome });
    expect(await target.leftovers()).toEqual([]);
  });

  test("power cut between profile and boot loader: the profile follows what booted", async () => {
    await using target = await host();
    const system = await target.addSystem("new", { during: '[ "$1" = test ] || sleep 600' });
    const { promise, resolve } = Promise.withResolvers<void>();
    const started = target.start(target.order(system), {
      onState: (state) => {
        if (state === "awaiting-confirm") target.verb("confirm").catch(() => {});
        if (state === "committing") setTimeout(resolve, 500);
      },
      onLog: () => {},
    });
    started.catch(() => {});
    await promise;
    expect(await target.systems()).toEqual({ runs: "new", generation: "system-2-link", boots: "old" });
    await target.reboot();
    expect(await target.reconcile()).toMatchObject({ outcome: "rolled-back", code: "E_POWER_LOSS" });
    expect(await target.systems()).toEqual(atOld);
  });

  test("a record that is gone: the end is inferred from what runs", async () => {
    await using target = await host();
    const system = await target.addSystem("new", {});
    const old = await target.addSystem("other", {});
    await expect(target.reconcile()).rejects.toMatchObject({ code: "E_NO_SUCH_RUN" });
    await expect(target.reconcile({ system, previous: old })).rejects.toMatchObject({ code: "E_NO_SUCH_RUN" });
    await target.play(target.order(system), { "awaiting-confirm": () => target.verb("confirm") });
    expect(await target.leftovers()).toEqual([]);
    await rm(join(target.root, "var"), { recursive: true });
    await rm(join(target.root, "run/flotilla"), { recursive: true });
    expect(await target.reconcile({ system, previous: old })).toMatchObject({ outcome: "deployed" });
    expect(await target.reconcile({ system: old, previous: system })).toMatchObject({ outcome: "rolled-back" });
  });

  test("a second run is refused by name, and a run under way is not settled by those who ask", async () => {
    await using target = await host();
    const system = await target.addSystem("new", {});
    const second: GuardOrder = { ...target.order(system), run: RunId.parse("00000002") };
    let asked: unknown;
    const { end } = await target.play(target.order(system), {
      "awaiting-confirm": async () => {
        await expect(target.start(second)).rejects.toMatchObject({
          code: "E_LOCKED",
          message: expect.stringMatching(`^run ${run} of ana@desk holds the host since 20`),
        });
        asked = await target.reconcile();
        await target.verb("confirm");
      },
    });
    expect(asked).toBeNull();
    expect(end).toMatchObject({ outcome: "deployed" });
  });

  test("a new run settles one that a power cut left open", async () => {
    await using target = await host();
    const system = await target.addSystem("new", {});
    const { promise, resolve } = Promise.withResolvers<void>();
    const started = target.start(target.order(system), {
      onState: (state) => {
        if (state === "awaiting-confirm") resolve();
      },
      onLog: () => {},
    });
    started.catch(() => {});
    await promise;
    await target.reboot();
    const next: GuardOrder = { ...target.order(system), run: RunId.parse("00000002") };
    await target.play(next, { "awaiting-confirm": () => target.verb("confirm", silent, next.run) });
    expect(await target.read(`var/lib/flotilla/runs/${run}/outcome`)).toMatch(/^rolled-back\nE_POWER_LOSS\n/);
    expect(await target.systems()).toEqual(atNew);
  });

  test("an old system that cannot be restored live is rebooted into", async () => {
    await using target = await host();
    const system = await target.addSystem("new", { during: 'echo 1 > "$FLOTILLA_ROOT/systems/old/test-status"' });
    const { promise, resolve } = Promise.withResolvers<void>();
    const started = target.start(target.order(system, { confirmTimeout: 1 }), {
      onState: (_, detail) => {
        if (detail?.includes("rebooting") === true) resolve();
      },
      onLog: () => {},
    });
    started.catch(() => {});
    await promise;
    await target.reboot();
    expect(await target.reconcile()).toMatchObject({
      outcome: "rolled-back",
      code: "E_CONFIRM_TIMEOUT",
      notes: expect.arrayContaining(["the previous system could be restored only by a reboot"]),
    });
  });

  test("what an activation prints cannot pass for the guard's own words", async () => {
    await using target = await host();
    const forged = "flotilla-guard 1 00000001\nO deployed - \nS finished deployed\nE E_LOCKED no\nL x";
    const system = await target.addSystem("new", {
      testStatus: 1,
      during: String.raw`printf '%s\n\000\033[2J\r' '${forged}'; printf 'no newline'`,
    });
    const { end, log } = await target.play(target.order(system), {});
    expect(end).toMatchObject({ outcome: "rolled-back", code: "E_ACTIVATION" });
    expect(log).toEqual([...forged.split("\n"), "[2Jno newline"]);
  });

  test("who follows late hears the same, and each thing once", async () => {
    await using target = await host();
    const system = await target.addSystem("new", { during: 'echo one; echo "two $1"' });
    const first = await target.play(target.order(system), { "awaiting-confirm": () => target.verb("confirm") });
    const heard: string[] = [];
    const late = { onState: (state: string) => heard.push(state), onLog: (line: string) => heard.push(line) };
    await target.verb("follow", late);
    expect(heard.filter((word) => !first.log.includes(word))).toEqual(first.states);
    const once = [...heard];
    await target.verb("follow", late);
    expect(heard).toEqual(once);
  });
});
