// One run over several profiles, and over each kind of profile.
import { readlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { GenerationNumber } from "../domain/generation-number.ts";
import type { StorePath } from "../domain/store-path.ts";
import { underEachShell } from "./each-shell.test-support.ts";
import type { TestHost } from "./test-host.test-support.ts";
import { addProfile, haveGenerations, home, service, wrapSystem } from "./test-profiles.test-support.ts";

const atOld = { runs: "old", generation: "system-1-link", boots: "old" };
const atNew = { runs: "new", generation: "system-2-link", boots: "new" };
const homeLink = "home/ana/.local/state/nix/profiles/home-manager";
const serviceLink = "home/ana/.local/state/nix/profiles/service";
const newStyle = { "gen-version": "1" };

/** What a profile of ana's points at: the generation's link. */
const pointsAt = (target: TestHost, link: string): Promise<string> => readlink(join(target.root, link));
const activations = async (target: TestHost): Promise<string[]> =>
  (await target.read("activations").catch(() => "")).split("\n").filter((line) => line !== "");
/** The generations of one of ana's profiles that there are: the end of each link's name. */
const exists = async (target: TestHost, link: string): Promise<boolean> =>
  readlink(join(target.root, link)).then(
    () => true,
    () => false,
  );

/** A host whose ana has had a home and a service before. */
async function haveOldProfiles(target: TestHost): Promise<void> {
  await haveGenerations(target, homeLink, [await addProfile(target, "home-1", { kind: "home-manager" })]);
  await haveGenerations(target, serviceLink, [await addProfile(target, "service-1", { kind: "deploy-rs" })]);
}

async function both(target: TestHost, during = "", status = 0): Promise<{ system: StorePath; path: StorePath }> {
  await haveOldProfiles(target);
  const system = await target.addSystem("new", {});
  const path = await addProfile(target, "home-2", { kind: "home-manager", files: newStyle, during, status });
  return { system, path };
}

await underEachShell(["dash", "busybox"], (host) => {
  test("profiles are activated in their order, and confirmed once", async () => {
    await using target = await host();
    const { system, path } = await both(target);
    const { end, states } = await target.play(
      target.order(system, { profiles: [target.profile(system), home(path)] }),
      { "awaiting-confirm": () => target.verb("confirm") },
    );
    expect(end).toEqual({ outcome: "deployed", code: null, message: null, notes: [] });
    expect(states).toEqual([
      "starting",
      "checking",
      "activating",
      "activating",
      "awaiting-confirm",
      "committing",
      "finished",
    ]);
    expect(await target.systems()).toEqual(atNew);
    expect(await pointsAt(target, homeLink)).toBe("home-manager-2-link");
    expect(await activations(target)).toEqual(["activate home-2 as ana --driver-version 1"]);
    expect(await target.leftovers()).toEqual([]);
  });

  test("the second one fails: both go back, each to its own generation", async () => {
    await using target = await host();
    const { system, path } = await both(target, "", 3);
    const end = await target.start(target.order(system, { profiles: [target.profile(system), home(path)] }));
    expect(end).toMatchObject({
      outcome: "rolled-back",
      code: "E_ACTIVATION",
      message: "home: the activation ended with 3",
    });
    expect(await target.systems()).toEqual(atOld);
    expect(await pointsAt(target, homeLink)).toBe("home-manager-1-link");
    expect(await exists(target, `${homeLink}-2-link`)).toBe(false);
    expect((await activations(target)).at(-1)).toBe("activate home-1 as ana");
    expect(await target.leftovers()).toEqual([]);
  });

  test("the second one fails and the first is to be kept: it is confirmed and committed, and the run has failed", async () => {
    await using target = await host();
    const { system, path } = await both(target, "", 3);
    const { end } = await target.play(
      target.order(system, { profiles: [target.profile(system), home(path)], keepSucceeded: true }),
      { "awaiting-confirm": () => target.verb("confirm") },
    );
    expect(end).toMatchObject({
      outcome: "failed",
      code: "E_ACTIVATION",
      message: "home: the activation ended with 3",
      notes: expect.arrayContaining(["kept, as they went well: system"]),
    });
    expect(await target.systems()).toEqual(atNew);
    expect(await pointsAt(target, homeLink)).toBe("home-manager-1-link");
  });

  test("what is to be kept goes back all the same when nobody reaches it", async () => {
    await using target = await host();
    const { system, path } = await both(target, "", 3);
    const order = { profiles: [target.profile(system), home(path)], keepSucceeded: true, confirmTimeout: 1 } as const;
    const end = await target.start(target.order(system, order));
    expect(end).toMatchObject({ outcome: "rolled-back", code: "E_CONFIRM_TIMEOUT" });
    expect(await target.systems()).toEqual(atOld);
    expect(await pointsAt(target, homeLink)).toBe("home-manager-1-link");
  });

  test("the first one fails: the others are not begun", async () => {
    await using target = await host();
    const { path } = await both(target);
    const system = await target.addSystem("ill", { testStatus: 1 });
    const order = { profiles: [target.profile(system), home(path)], keepSucceeded: true } as const;
    const end = await target.start(target.order(system, order));
    expect(end).toMatchObject({ outcome: "rolled-back", code: "E_ACTIVATION" });
    expect(await activations(target)).toEqual([]);
    expect(await target.systems()).toEqual(atOld);
  });

  test("nobody confirms: they go back, the last one first", async () => {
    await using target = await host();
    const { system, path } = await both(target);
    const other = await addProfile(target, "service-2", { kind: "deploy-rs" });
    const end = await target.start(
      target.order(system, { profiles: [target.profile(system), home(path), service(other)], confirmTimeout: 1 }),
    );
    expect(end).toMatchObject({ outcome: "rolled-back", code: "E_CONFIRM_TIMEOUT", notes: [] });
    expect(await activations(target)).toEqual([
      "activate home-2 as ana --driver-version 1",
      "deploy-rs-activate service-2 as ana",
      "deploy-rs-activate service-1 as ana",
      "activate home-1 as ana",
    ]);
    expect(await target.systems()).toEqual(atOld);
    expect(await pointsAt(target, serviceLink)).toBe("service-1-link");
    expect(await target.leftovers()).toEqual([]);
  });

  test.each(["killGuard", "revert"] as const)("%s while the second one is activated", async (what) => {
    await using target = await host();
    const { system, path } = await both(target, "sleep 2");
    let activating = 0;
    const { end } = await target.play(target.order(system, { profiles: [target.profile(system), home(path)] }), {
      activating: async () => {
        activating += 1;
        if (activating === 2) await (what === "revert" ? target.verb("revert") : target.killGuard());
      },
    });
    expect(end).toMatchObject({
      outcome: "rolled-back",
      code: what === "revert" ? "E_INTERRUPTED" : "E_GUARD_LOST",
    });
    expect(await target.systems()).toEqual(atOld);
    expect(await pointsAt(target, homeLink)).toBe("home-manager-1-link");
  });

  test("power cut before the confirmation: what outlives a reboot is taken back at the next contact", async () => {
    await using target = await host();
    const { system, path } = await both(target);
    const { promise, resolve } = Promise.withResolvers<void>();
    const order = target.order(system, { profiles: [target.profile(system), home(path)] });
    const started = target.start(order, {
      onState: (state) => {
        if (state === "awaiting-confirm") resolve();
      },
      onLog: () => {},
    });
    started.catch(() => {});
    await promise;
    await target.reboot();
    expect(await pointsAt(target, homeLink)).toBe("home-manager-2-link");
    expect(await target.reconcile()).toMatchObject({ outcome: "rolled-back", code: "E_POWER_LOSS" });
    expect(await target.systems()).toEqual(atOld);
    expect(await pointsAt(target, homeLink)).toBe("home-manager-1-link");
    expect((await activations(target)).at(-1)).toBe("activate home-1 as ana");
  });

  test("without rollback a profile that fails is left as it is, and what is tried is not what boots", async () => {
    await using target = await host();
    const { system, path } = await both(target, "", 3);
    const order = { profiles: [target.profile(system), home(path)], rollback: false } as const;
    const end = await target.start(target.order(system, order));
    expect(end).toMatchObject({
      outcome: "failed",
      code: "E_ACTIVATION",
      notes: expect.arrayContaining(["kept as they are, because rollback is disabled: home"]),
    });
    expect(await target.systems()).toEqual({ ...atOld, runs: "new" });
    expect(await pointsAt(target, homeLink)).toBe("home-manager-2-link");
  });

  test("a deploy-rs profile is set, then its script runs there, as its user", async () => {
    await using target = await host();
    await haveOldProfiles(target);
    const during = 'echo "$PROFILE $DRY_ACTIVATE $BOOT $(pwd -P) $HOME $USER"';
    const path = await addProfile(target, "service-2", { kind: "deploy-rs", during });
    const { end, log } = await target.play(target.order(path, { profiles: [service(path)] }), {
      "awaiting-confirm": () => target.verb("confirm"),
    });
    expect(end).toMatchObject({ outcome: "deployed", notes: [] });
    const link = join(target.root, serviceLink);
    expect(log).toContain(`${link} 0 0 ${path} ${target.root}/home/ana ana`);
    expect(await pointsAt(target, serviceLink)).toBe("service-2-link");
    expect(await target.systems()).toEqual(atOld);
  });

  test("generations A, B and B again: going back stays at the one that was", async () => {
    await using target = await host();
    const a = await addProfile(target, "a", { kind: "deploy-rs" });
    const b = await addProfile(target, "b", { kind: "deploy-rs" });
    await haveGenerations(target, serviceLink, [a, b]);
    const end = await target.start(target.order(b, { profiles: [service(b)], confirmTimeout: 1 }));
    expect(end).toMatchObject({ outcome: "rolled-back" });
    expect(await pointsAt(target, serviceLink)).toBe("service-2-link");
    expect(await exists(target, `${serviceLink}-1-link`)).toBe(true);
    expect((await activations(target)).at(-1)).toBe("deploy-rs-activate b as ana");
  });

  test("a first deploy that fails has nothing to go back to, and says so", async () => {
    await using target = await host();
    const path = await addProfile(target, "service-1", { kind: "deploy-rs", status: 1 });
    const end = await target.start(target.order(path, { profiles: [service(path)] }));
    expect(end).toMatchObject({
      outcome: "failed",
      code: "E_ACTIVATION",
      message: "the activation ended with 1; nothing to go back to: service",
    });
    expect(end.notes).toHaveLength(1);
    expect(await exists(target, serviceLink)).toBe(false);
    expect(await exists(target, `${serviceLink}-1-link`)).toBe(false);
  });

  test.each([
    ["confirmed", atNew],
    ["unconfirmed", atOld],
  ] as const)("a NixOS system as deploy-rs wraps it is tried before its profile is set: %s", async (what, systems) => {
    await using target = await host();
    const system = await target.addSystem("new", {});
    const path = await wrapSystem(target, "wrapped", system, "plain");
    const profiles = [target.profile(path, { activator: "deploy-rs" })] as const;
    const order = target.order(path, { profiles, confirmTimeout: what === "confirmed" ? 20 : 1 });
    const { end } = await target.play(order, {
      "awaiting-confirm": async () => {
        expect(await target.systems()).toEqual({ ...atOld, runs: "new" });
        if (what === "confirmed") await target.verb("confirm");
      },
    });
    expect(end).toMatchObject({ outcome: what === "confirmed" ? "deployed" : "rolled-back" });
    expect(await target.systems()).toEqual(systems);
    // Its script was not needed for it.
    expect(await activations(target)).toEqual([]);
  });

  test.each([
    ["confirmed", atNew],
    ["unconfirmed", atOld],
  ] as const)(
    "a script of one's own for a NixOS system: until it is reached the old one boots: %s",
    async (what, systems) => {
      await using target = await host();
      const system = await target.addSystem("new", {});
      const path = await wrapSystem(target, "wrapped", system, "custom");
      const profiles = [target.profile(path, { activator: "deploy-rs" })] as const;
      const order = target.order(path, { profiles, confirmTimeout: what === "confirmed" ? 20 : 1 });
      const { end } = await target.play(order, {
        "awaiting-confirm": async () => {
          expect(await target.systems()).toEqual({ ...atNew, boots: "old" });
          if (what === "confirmed") await target.verb("confirm");
        },
      });
      expect(end).toMatchObject({ outcome: what === "confirmed" ? "deployed" : "rolled-back" });
      expect(await target.systems()).toEqual(systems);
      // The system that was there before deploy-rs has no script: it is switched to.
      const restored = (await target.read("switches")).includes("switch old no-check=1");
      expect(restored).toBe(what === "unconfirmed");
    },
  );

  test("a NixOS system that deploy-rs never wrapped is gone back to as what it is", async () => {
    await using target = await host();
    const path = await target.addSystem("new", {});
    const profiles = [target.profile(path, { activator: "deploy-rs" })] as const;
    const { end } = await target.play(target.order(path, { profiles }), {
      "awaiting-confirm": () => target.verb("confirm"),
    });
    expect(end).toMatchObject({ outcome: "deployed" });
    expect(await target.systems()).toEqual(atNew);
  });

  const makesBob = 'mkdir -p "$FLOTILLA_ROOT/home/bob"';
  const bobsLink = "home/bob/.local/state/nix/profiles/service";

  test("a profile whose user the system before it brings", async () => {
    await using target = await host();
    const system = await target.addSystem("new", { during: makesBob });
    const path = await addProfile(target, "service", { kind: "deploy-rs" });
    const profiles = [target.profile(system), service(path, { user: "bob" })] as const;
    const { end } = await target.play(target.order(system, { profiles }), {
      "awaiting-confirm": () => target.verb("confirm"),
    });
    expect(end).toEqual({ outcome: "deployed", code: null, message: null, notes: [] });
    expect(await target.systems()).toEqual(atNew);
    expect(await activations(target)).toEqual(["deploy-rs-activate service as bob"]);
    expect(await pointsAt(target, bobsLink)).toBe("service-1-link");
  });

  test("such a profile fails: it is as if it had never been", async () => {
    await using target = await host();
    const system = await target.addSystem("new", { during: makesBob });
    const path = await addProfile(target, "service", { kind: "deploy-rs", status: 1 });
    const profiles = [target.profile(system), service(path, { user: "bob" })] as const;
    const end = await target.start(target.order(system, { profiles }));
    expect(end).toMatchObject({ code: "E_ACTIVATION", message: expect.stringContaining("service: the activation") });
    expect(await target.systems()).toEqual(atOld);
    expect([await exists(target, bobsLink), await exists(target, `${bobsLink}-1-link`)]).toEqual([false, false]);
  });

  test("a profile whose user nobody brings fails, and takes the system with it", async () => {
    await using target = await host();
    const system = await target.addSystem("new", {});
    const path = await addProfile(target, "service", { kind: "deploy-rs" });
    const profiles = [target.profile(system), service(path, { user: "bob" })] as const;
    const { end, log } = await target.play(target.order(system, { profiles }), {});
    expect(end).toMatchObject({ code: "E_ACTIVATION" });
    expect(log).toContain("this host has no user bob");
    expect(await target.systems()).toEqual(atOld);
  });

  test("nobody comes before the first profile, or to a system that is only staged", async () => {
    await using target = await host();
    const system = await target.addSystem("new", { during: makesBob });
    const path = await addProfile(target, "service", { kind: "deploy-rs" });
    const [bobs, its] = [service(path, { user: "bob" }), target.profile(system)];
    const refusal = { outcome: "refused", code: "E_CONFIGURATION", message: "service: this host has no user bob" };
    expect(await target.start(target.order(system, { profiles: [bobs, its] }))).toMatchObject(refusal);
    await target.forget();
    expect(await target.start(target.order(system, { profiles: [its, bobs], goal: "boot" }))).toMatchObject(refusal);
    expect(await target.systems()).toEqual(atOld);
  });

  test("power cut while a script of one's own has set the profile: it follows what booted", async () => {
    await using target = await host();
    const path = await wrapSystem(target, "wrapped", await target.addSystem("new", {}), "custom");
    const { promise, resolve } = Promise.withResolvers<void>();
    const profiles = [target.profile(path, { activator: "deploy-rs" })] as const;
    const started = target.start(target.order(path, { profiles }), {
      onState: (state) => {
        if (state === "awaiting-confirm") resolve();
      },
      onLog: () => {},
    });
    started.catch(() => {});
    await promise;
    await target.reboot();
    expect(await target.reconcile()).toMatchObject({ outcome: "rolled-back", code: "E_POWER_LOSS" });
    expect(await target.systems()).toEqual(atOld);
  });

  test("an older home sets its profile itself", async () => {
    await using target = await host();
    await haveOldProfiles(target);
    const path = await addProfile(target, "home-2", { kind: "home-manager" });
    const { end } = await target.play(target.order(path, { profiles: [home(path)] }), {
      "awaiting-confirm": () => target.verb("confirm"),
    });
    expect(end).toMatchObject({ outcome: "deployed" });
    expect(await pointsAt(target, homeLink)).toBe("home-manager-2-link");
    expect(await activations(target)).toEqual(["activate home-2 as ana"]);
  });

  test("going back to an older home leaves the generation that its activation makes nowhere", async () => {
    await using target = await host();
    await haveOldProfiles(target);
    const path = await addProfile(target, "home-2", { kind: "home-manager", status: 1 });
    const end = await target.start(target.order(path, { profiles: [home(path)] }));
    expect(end).toMatchObject({ outcome: "rolled-back", code: "E_ACTIVATION" });
    expect(await pointsAt(target, homeLink)).toBe("home-manager-1-link");
    // 2 was the failed one's, and 3 the old one's second.
    expect(await exists(target, `${homeLink}-2-link`)).toBe(false);
    expect(await exists(target, `${homeLink}-3-link`)).toBe(false);
  });

  test("a home goes back to the generation that is named", async () => {
    await using target = await host();
    const first = await addProfile(target, "home-1", { kind: "home-manager" });
    const second = await addProfile(target, "home-2", { kind: "home-manager", files: newStyle });
    await haveGenerations(target, homeLink, [first, second]);
    const profiles = [home(first, { generation: GenerationNumber.parse(1) })] as const;
    const { end } = await target.play(target.order(first, { profiles }), {
      "awaiting-confirm": () => target.verb("confirm"),
    });
    expect(end).toMatchObject({ outcome: "deployed" });
    expect(await pointsAt(target, homeLink)).toBe("home-manager-1-link");
    expect(await exists(target, `${homeLink}-3-link`)).toBe(false);
  });

  test.each([
    ["boot", "home-manager"],
    ["test", "home-manager"],
    ["test", "deploy-rs"],
  ] as const)("goal %s is refused for a %s profile", async (goal, kind) => {
    await using target = await host();
    const path = await addProfile(target, "profile", { kind });
    const profiles = [kind === "deploy-rs" ? service(path) : home(path)] as const;
    expect(await target.start(target.order(path, { goal, profiles }))).toMatchObject({
      outcome: "refused",
      code: "E_USAGE",
    });
    expect(await activations(target)).toEqual([]);
  });

  test.each([
    [0, "staged", "service-2-link"],
    [1, "failed", "service-1-link"],
  ] as const)(
    "goal boot sets a deploy-rs profile and has its script stage it: exit status %d",
    async (status, outcome, link) => {
      await using target = await host();
      await haveOldProfiles(target);
      const path = await addProfile(target, "service-2", { kind: "deploy-rs", status, during: 'echo "boot $BOOT"' });
      const { end, log } = await target.play(target.order(path, { goal: "boot", profiles: [service(path)] }), {});
      expect(end).toMatchObject({ outcome });
      expect(log).toContain("boot 1");
      expect(await pointsAt(target, serviceLink)).toBe(link);
    },
  );

  test.each([
    ["home", home],
    ["service", service],
  ] as const)("a %s without its program, and one of nobody here, are refused", async (_, profileOf) => {
    await using target = await host();
    const path = await target.addSystem("nothing", {});
    for (const profile of [profileOf(path), profileOf(path, { user: "nobody-here" })]) {
      expect(await target.start(target.order(path, { profiles: [profile] }))).toMatchObject({
        outcome: "refused",
        code: "E_CONFIGURATION",
      });
      await target.forget();
    }
  });

  test("a specialisation runs, and its system is what the profile holds and what boots", async () => {
    await using target = await host();
    const system = await target.addSystem("new", {});
    await target.addSpecialisation(system, "night", await target.addSystem("night", {}));
    const profiles = [target.profile(system, { specialisation: "night" })] as const;
    const { end } = await target.play(target.order(system, { profiles }), {
      "awaiting-confirm": () => target.verb("confirm"),
    });
    expect(end).toMatchObject({ outcome: "deployed" });
    expect(await target.systems()).toEqual({ ...atNew, runs: "night" });
  });

  test("the boot loader is installed anew where that is asked for", async () => {
    await using target = await host();
    const system = await target.addSystem("new", {});
    await target.play(target.order(system, { installBootloader: true }), {
      "awaiting-confirm": () => target.verb("confirm"),
    });
    expect(await target.read("switches")).toBe("test new no-check=\nboot new no-check= install\n");
  });

  test("the new system's own checks before a switch are left out where that is asked for", async () => {
    await using target = await host();
    const system = await target.addSystem("new", {});
    await target.play(target.order(system, { skipsSwitchChecks: true }), {
      "awaiting-confirm": () => target.verb("confirm"),
    });
    expect(await target.read("switches")).toBe("test new no-check=1\nboot new no-check=1\n");
  });
});
