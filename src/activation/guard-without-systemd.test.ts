// The guard on hosts without systemd: Linux with another init, and macOS, whose tools are fewer and older.
import { mkdir, readFile, readlink, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RunId } from "../domain/run-id.ts";
import { underEachShell } from "./each-shell.test-support.ts";
import type { GuardOrder, GuardState } from "./guard.ts";
import { silent, type TestHost } from "./test-host.test-support.ts";
import { addProfile, addProgram, darwin, haveGenerations, home, service } from "./test-profiles.test-support.ts";

const atOld = { runs: "old", generation: "system-1-link", boots: "old" };
const atNew = { runs: "new", generation: "system-2-link", boots: "new" };
const systemLink = "nix/var/nix/profiles/system";

/** Starts a run and leaves it alone once it is in the state. */
async function startUntil(target: TestHost, order: GuardOrder, until: GuardState): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const started = target.start(order, {
    onState: (state) => {
      if (state === until) resolve();
    },
    onLog: () => {},
  });
  started.catch(() => {});
  await promise;
}

const deadmanOf = async (target: TestHost): Promise<number> =>
  Number((await target.read("run/flotilla/runs/00000001/deadman-process")).split(":")[0]);

/** Whether a process runs; one that is dead may wait long for its parent to notice. */
async function isAlive(number: number): Promise<boolean> {
  const stat = await readFile(`/proc/${number}/stat`, "utf8").catch(() => "");
  return stat !== "" && !stat.slice(stat.lastIndexOf(")")).startsWith(") Z");
}

async function untilDead(number: number, tries = 100): Promise<boolean> {
  if (!(await isAlive(number))) return true;
  if (tries === 0) return false;
  await new Promise((resolve) => setTimeout(resolve, 50));
  return untilDead(number, tries - 1);
}

function onLinux(host: () => Promise<TestHost>): void {
  test("deploys what is confirmed, and leaves nothing behind", async () => {
    await using target = await host();
    const system = await target.addSystem("new", { during: "echo activated" });
    const { end, log } = await target.play(target.order(system), { "awaiting-confirm": () => target.verb("confirm") });
    expect(end).toEqual({ outcome: "deployed", code: null, message: null, notes: [] });
    expect(log).toEqual(["activated", "activated"]);
    expect(await target.systems()).toEqual(atNew);
    expect(await target.leftovers()).toEqual([]);
    expect(await untilDead(await deadmanOf(target))).toBe(true);
  });

  test("goes back when nobody confirms", async () => {
    await using target = await host();
    const system = await target.addSystem("new", {});
    const end = await target.start(target.order(system, { confirmTimeout: 1 }));
    expect(end).toMatchObject({ outcome: "rolled-back", code: "E_CONFIRM_TIMEOUT" });
    expect(await target.systems()).toEqual(atOld);
    expect(await target.leftovers()).toEqual([]);
  });

  test("an activation that hangs is ended with all it started", async () => {
    await using target = await host();
    const during = '[ "$1" = boot ] || { sleep 600 & echo $! >"$FLOTILLA_ROOT/child"; sleep 600; }';
    const system = await target.addSystem("new", { during });
    const end = await target.start(target.order(system, { activationTimeout: 1 }));
    expect(end).toMatchObject({ outcome: "rolled-back", code: "E_ACTIVATION_TIMEOUT" });
    expect(await untilDead(Number(await target.read("child")))).toBe(true);
    expect(await target.systems()).toEqual(atOld);
  });

  test.each(["activating", "awaiting-confirm"] as const)(
    "killed while %s, the deadman goes back at once",
    async (state) => {
      await using target = await host();
      const system = await target.addSystem("new", { during: "sleep 1" });
      const { end } = await target.play(target.order(system), { [state]: () => target.killGuard() });
      expect(end).toMatchObject({ outcome: "rolled-back", code: "E_GUARD_LOST" });
      expect(await target.systems()).toEqual(atOld);
      expect(await target.leftovers()).toEqual([]);
    },
  );

  test("killed while it commits, the commit is finished: it was confirmed", async () => {
    await using target = await host();
    const system = await target.addSystem("new", { during: '[ "$1" = test ] || sleep 1' });
    let killed = false;
    const { end } = await target.play(target.order(system), {
      "awaiting-confirm": () => target.verb("confirm"),
      // Once: who takes over commits, too.
      committing: async () => {
        if (!killed) await target.killGuard();
        killed = true;
      },
    });
    expect(end).toMatchObject({ outcome: "deployed" });
    expect(await target.systems()).toEqual(atNew);
  });

  test("killed with its deadman, who follows has the run settled", async () => {
    await using target = await host();
    const system = await target.addSystem("new", {});
    const { end } = await target.play(target.order(system), {
      "awaiting-confirm": async () => {
        await target.killDeadman();
        await target.killGuard();
      },
    });
    expect(end).toMatchObject({ outcome: "rolled-back", code: "E_GUARD_LOST" });
    expect(await target.systems()).toEqual(atOld);
    expect(await target.leftovers()).toEqual([]);
  });

  test("a dead holder's lock is taken over by one, who settles its run first", async () => {
    await using target = await host();
    const system = await target.addSystem("new", {});
    const order = target.order(system);
    await startUntil(target, order, "awaiting-confirm");
    await target.killDeadman();
    await target.killGuard();
    const runs = ["00000002", "00000003", "00000004"].map((name) => RunId.parse(name));
    const ends = await Promise.allSettled(runs.map((run) => target.start({ ...order, run, confirmTimeout: 1 })));
    // Each had the host alone, or not at all.
    const said = ends.map((end): unknown => (end.status === "rejected" ? end.reason.code : end.value.code));
    expect(said.filter((code) => code !== "E_LOCKED" && code !== "E_CONFIRM_TIMEOUT")).toEqual([]);
    expect(said).toContain("E_CONFIRM_TIMEOUT");
    expect(await target.read("var/lib/flotilla/runs/00000001/outcome")).toMatch(/^rolled-back\nE_GUARD_LOST\n/);
    expect(await target.systems()).toEqual(atOld);
    expect(await target.leftovers()).toEqual([]);
  });

  test("a lock whose process's number another process has now holds nobody up", async () => {
    await using target = await host();
    await mkdir(join(target.root, "run/flotilla"));
    await symlink(`${process.pid}:1`, join(target.root, "run/flotilla/lock"));
    const system = await target.addSystem("new", {});
    const { end } = await target.play(target.order(system), { "awaiting-confirm": () => target.verb("confirm") });
    expect(end).toMatchObject({ outcome: "deployed" });
    expect(await isAlive(process.pid)).toBe(true);
    expect(await target.leftovers()).toEqual([]);
  });

  test("a process that has got a step's number is left alone", async () => {
    await using target = await host();
    const stranger = `setsid sleep 60 & echo $! >"$FLOTILLA_ROOT/stranger"; echo "$!:1" >"${target.root}/run/flotilla/runs/00000001/step-process"`;
    const system = await target.addSystem("new", { during: `[ "$1" != test ] || { ${stranger}; }` });
    const { end } = await target.play(target.order(system), { "awaiting-confirm": () => target.verb("confirm") });
    expect(end).toMatchObject({ outcome: "deployed" });
    const number = Number(await target.read("stranger"));
    expect(await isAlive(number)).toBe(true);
    process.kill(number, "SIGKILL");
  });

  test("a supervisor that hangs is ended by the deadman when its time is up", async () => {
    await using target = await host();
    const system = await target.addSystem("new", {});
    const { end } = await target.play(target.order(system, { activationTimeout: 1, confirmTimeout: 1 }), {
      "awaiting-confirm": () => target.stopGuard(),
    });
    expect(end).toMatchObject({
      outcome: "rolled-back",
      code: "E_GUARD_LOST",
      message: "the guard did not answer in its time",
    });
    expect(await target.systems()).toEqual(atOld);
    expect(await target.leftovers()).toEqual([]);
  });

  test("a second run is refused by name", async () => {
    await using target = await host();
    const order = target.order(await target.addSystem("new", {}));
    const { end } = await target.play(order, {
      "awaiting-confirm": async () => {
        await expect(target.start({ ...order, run: RunId.parse("00000002") })).rejects.toMatchObject({
          code: "E_LOCKED",
          message: expect.stringMatching("^run 00000001 of ana@desk holds the host since 20"),
        });
        expect(await target.reconcile()).toBeNull();
        await target.verb("confirm");
      },
    });
    expect(end).toMatchObject({ outcome: "deployed" });
  });

  test("called off while it activates", async () => {
    await using target = await host();
    const system = await target.addSystem("new", { during: "sleep 1" });
    const { end } = await target.play(target.order(system), { activating: () => target.verb("revert") });
    expect(end).toMatchObject({ outcome: "rolled-back", code: "E_INTERRUPTED" });
    expect(await target.systems()).toEqual(atOld);
  });

  test("power cut before the confirmation", async () => {
    await using target = await host();
    const system = await target.addSystem("new", {});
    await startUntil(target, target.order(system), "awaiting-confirm");
    await target.reboot();
    expect(await target.reconcile()).toMatchObject({ outcome: "rolled-back", code: "E_POWER_LOSS" });
    expect(await target.systems()).toEqual(atOld);
  });

  test("a deploy-rs profile of a user", async () => {
    await using target = await host();
    const path = await addProfile(target, "service-1", { kind: "deploy-rs" });
    const { end } = await target.play(target.order(path, { profiles: [service(path)] }), {
      "awaiting-confirm": () => target.verb("confirm"),
    });
    expect(end).toMatchObject({ outcome: "deployed" });
    expect(await target.read("activations")).toBe("deploy-rs-activate service-1 as ana\n");
  });
}

await underEachShell(["dash", "busybox"], onLinux, "linux");

await underEachShell(
  ["bash"],
  (host) => {
    const runs = async (target: TestHost): Promise<string | undefined> =>
      (await readlink(join(target.root, "run/current-system"))).split("/").at(-1);
    const profile = (target: TestHost): Promise<string> => readlink(join(target.root, systemLink));

    /** A Mac that has been deployed to before. */
    async function deployed(during = "", status = 0): Promise<{ target: TestHost; order: GuardOrder }> {
      const target = await host();
      const old = await addProfile(target, "old", { kind: "darwin" });
      await haveGenerations(target, systemLink, [old]);
      await symlink(old, join(target.root, "run/current-system"));
      const path = await addProfile(target, "new", { kind: "darwin", during, status });
      return { target, order: target.order(path, { profiles: [darwin(path)] }) };
    }

    test("the first system of a Mac, and its next", async () => {
      await using target = await host();
      const first = await addProfile(target, "first", { kind: "darwin", during: 'echo "$HOME $USER"' });
      const confirm = { "awaiting-confirm": (): Promise<unknown> => target.verb("confirm") };
      const { end, log } = await target.play(target.order(first, { profiles: [darwin(first)] }), confirm);
      expect(end).toEqual({ outcome: "deployed", code: null, message: null, notes: [] });
      expect(log).toContain(`${target.root}/root root`);
      expect(await runs(target)).toBe("first");
      expect(await profile(target)).toBe("system-1-link");
      expect(await target.leftovers()).toEqual([]);
      expect(await untilDead(await deadmanOf(target))).toBe(true);
    });

    test("root takes no program from a user's profile that it has not itself", async () => {
      await using target = await host();
      const path = await addProfile(target, "home", { kind: "home-manager", files: { "gen-version": "1" } });
      await mkdir(join(path, "sw/bin"), { recursive: true });
      const trap = '#!/bin/sh\necho "$*" >>"$FLOTILLA_ROOT/trapped"\nexit 1\n';
      await writeFile(join(path, "sw/bin/timeout"), trap, { mode: 0o755 });
      const { end } = await target.play(target.order(path, { profiles: [home(path)] }), {
        "awaiting-confirm": () => target.verb("confirm"),
      });
      expect(end).toMatchObject({ outcome: "deployed" });
      expect(await target.read("trapped").catch(() => "")).toBe("");
    });

    test("an older system's activate-user is run by the user, and what is left of it in newer ones by nobody", async () => {
      const { target, order } = await deployed("echo $USER");
      await using disposed = target;
      const [{ path }] = order.profiles;
      await addProgram(path, "activate-user");
      const older = { ...order, confirmTimeout: 1 };
      await disposed.start(older);
      expect(await target.read("activations")).toBe(
        "activate-user new as ana\nactivate new as root\nactivate old as root\n",
      );
      await target.write("profiles/new/activate-user", "#!/bin/sh\n# nix-darwin: deprecated\nexit 1\n");
      const { end } = await target.play(
        { ...order, run: RunId.parse("00000002") },
        {
          "awaiting-confirm": () => target.verb("confirm", silent, RunId.parse("00000002")),
        },
      );
      expect(end).toMatchObject({ outcome: "deployed" });
    });

    test.each([
      ["nobody confirms", "", 0, "E_CONFIRM_TIMEOUT"],
      ["it fails", "", 1, "E_ACTIVATION"],
      ["it hangs", '[ "${0##*/}" != activate ] || sleep 600', 0, "E_ACTIVATION_TIMEOUT"],
    ] as const)("goes back when %s", async (_, during, status, code) => {
      const { target, order } = await deployed(during, status);
      await using disposed = target;
      const end = await disposed.start({
        ...order,
        confirmTimeout: 1,
        activationTimeout: code === "E_ACTIVATION_TIMEOUT" ? 1 : 20,
      });
      expect(end).toMatchObject({ outcome: "rolled-back", code });
      expect(await runs(target)).toBe("old");
      expect(await profile(target)).toBe("system-1-link");
      expect(await target.leftovers()).toEqual([]);
    });

    test.each(["activating", "awaiting-confirm"] as const)("killed while %s, the deadman goes back", async (state) => {
      const { target, order } = await deployed("sleep 1");
      await using disposed = target;
      const { end } = await disposed.play(order, { [state]: () => target.killGuard() });
      expect(end).toMatchObject({ outcome: "rolled-back", code: "E_GUARD_LOST" });
      expect(await runs(target)).toBe("old");
      expect(await profile(target)).toBe("system-1-link");
    });

    test("power cut before the confirmation: the next contact takes it back", async () => {
      const { target, order } = await deployed();
      await using disposed = target;
      await startUntil(disposed, order, "awaiting-confirm");
      await target.reboot();
      expect(await target.reconcile()).toMatchObject({ outcome: "rolled-back", code: "E_POWER_LOSS" });
      expect(await runs(target)).toBe("old");
      expect(await profile(target)).toBe("system-1-link");
    });

    test("a health check that hangs is ended without the program timeout", async () => {
      const { target, order } = await deployed();
      await using disposed = target;
      const check = {
        type: "command",
        command: ["sleep", "600"],
        name: "check",
        from: "target",
        interval: 1,
        timeout: 1,
        consecutive: 1,
      } as const;
      const end = await disposed.start({ ...order, healthChecks: [{ ...check, command: ["sleep", "600"] }] });
      expect(end).toMatchObject({ outcome: "rolled-back", code: "E_HEALTH" });
    });
  },
  "mac",
);
