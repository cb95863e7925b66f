import { expect, test } from "vitest";
import type { Inspection } from "../checks/inspection.ts";
import type { EventBody } from "../domain/event.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { GenerationNumber } from "../domain/generation-number.ts";
import { HostName } from "../domain/host-name.ts";
import { testProfile } from "../../test/fakes/test-profile.ts";
import { StorePath } from "../domain/store-path.ts";
import { Deployment } from "../fleet/deployment.ts";
import type { Host } from "../fleet/fleet.ts";
import { fakeConnection } from "../../test/fakes/fake-connection.ts";
import { deployHost, isSettled } from "./deploy-host.ts";
import type { HostSteps } from "./deploy-host.ts";
import { unlimited } from "./in-phase.ts";
import { standingOfSystem } from "./standing.ts";

const name = HostName.parse("web-01");
const storePath = (letter: string): StorePath => StorePath.parse(`/nix/store/${letter.repeat(32)}-system`);
const [oldSystem, newSystem] = [storePath("0"), storePath("1")];
const host: Host = {
  name,
  system: "x86_64-linux",
  deployment: Deployment.parse({}),
  profiles: [testProfile(newSystem)],
  version: "25.05.2",
  sshPorts: null,
};
const inspection: Inspection = {
  isNixos: true,
  system: "x86_64-linux",
  hostname: "web-01",
  machineId: "m",
  bootId: "b",
  kernel: "6.12.1",
  currentSystem: oldSystem,
  bootedSystem: oldSystem,
  profileSystem: oldSystem,
  profileGeneration: GenerationNumber.parse(1),
  currentVersion: "25.05.1",
  state: "running",
  failedUnits: [],
  freeBytes: { nix: null, boot: null },
  elevation: [],
  lock: null,
  lastRun: null,
  needsReboot: false,
  hasKeys: false,
};

/** Steps that go well and write down that they were taken. */
function scene(changes: Partial<HostSteps> = {}, seen: Partial<Inspection> = {}) {
  const taken: string[] = [];
  const events: EventBody[] = [];
  const target = {
    host: name,
    address: "web-01",
    port: null,
    user: "root",
    options: [],
    hostKey: null,
    elevation: null,
  };
  const connection = fakeConnection(target, () => taken.push("close"));
  const take =
    <Result>(step: string, result: Result) =>
    async (): Promise<Result> => {
      taken.push(step);
      return result;
    };
  const steps: HostSteps = {
    emit: (event) => events.push(event),
    halt: new AbortController().signal,
    leave: new AbortController().signal,
    limits: { copy: unlimited, activate: unlimited },
    connect: take("connect", { connection, inspection: { ...inspection, ...seen } }),
    examine: async ({ profiles }, session) =>
      profiles.flatMap((profile) => standingOfSystem(profile, session.inspection) ?? []),
    sendsKeys: true,
    keepsResults: false,
    sendKeys: async (_host, _session, when) => {
      taken.push(`keys ${when}`);
      return [];
    },
    reboot: async () => null,
    refuse: async (_host, _inspection, when) => void taken.push(`refuse ${when}`),
    build: take("build", undefined),
    copy: take("copy", undefined),
    gate: take("gate", undefined),
    dryActivate: take("dry-activate", ["would restart nginx.service"]),
    activate: take("activate", { end: { outcome: "deployed", code: null, message: null, notes: [] }, log: [] }),
    ...changes,
  };
  return { steps, taken, events };
}

test("a changed host passes every step, and its login ends", async () => {
  const { steps, taken } = scene();
  const result = await deployHost(steps, "switch", name, Promise.resolve(host));
  expect(taken).toEqual(["connect", "refuse inspected", "build", "refuse built", "copy", "gate", "activate", "close"]);
  expect(result).toMatchObject({ outcome: "deployed", previous: oldSystem, system: newSystem, reason: null });
});

test("a host that runs and boots the wanted system is left alone", async () => {
  const { steps, taken } = scene({}, { currentSystem: newSystem, profileSystem: newSystem });
  const result = await deployHost(steps, "switch", name, Promise.resolve(host));
  expect(result.outcome).toBe("unchanged");
  expect(taken).toEqual(["connect", "refuse up-to-date", "close"]);
});

test("a result that is to be kept is built, also where the host has it", async () => {
  const { steps, taken } = scene({ keepsResults: true }, { currentSystem: newSystem, profileSystem: newSystem });
  const result = await deployHost(steps, "switch", name, Promise.resolve(host));
  expect(result.outcome).toBe("unchanged");
  expect(taken).toEqual(["connect", "refuse up-to-date", "build", "close"]);
});

test("what runs and what boots both count", () => {
  const current = (runs: boolean, boots: boolean): Inspection => ({
    ...inspection,
    currentSystem: runs ? newSystem : oldSystem,
    profileSystem: boots ? newSystem : oldSystem,
  });
  const table = (goal: "switch" | "test" | "boot") =>
    [current(true, true), current(true, false), current(false, true), current(false, false)].map((seen) =>
      isSettled(
        goal,
        host.profiles.flatMap((profile) => standingOfSystem(profile, seen) ?? []),
      ),
    );
  expect(table("switch")).toEqual([true, false, false, false]);
  expect(table("test")).toEqual([true, true, false, false]);
  expect(table("boot")).toEqual([true, false, true, false]);
});

test("a refusal ends the host before anything is built", async () => {
  const refusal = new FlotillaError("E_DEGRADED", "nginx.service has failed", { hint: "--allow-degraded" });
  const { steps, taken } = scene({ refuse: () => Promise.reject(refusal) });
  const result = await deployHost(steps, "switch", name, Promise.resolve(host));
  expect(result).toMatchObject({ outcome: "refused", reason: { code: "E_DEGRADED", step: "check" } });
  expect(taken).toEqual(["connect", "close"]);
});

test("a host that does not evaluate closes the login that was under way", async () => {
  const { steps, taken } = scene();
  const broken = Promise.reject(new FlotillaError("E_EVALUATION", "undefined variable"));
  const result = await deployHost(steps, "switch", name, broken);
  expect(result).toMatchObject({ outcome: "failed", reason: { code: "E_EVALUATION" }, system: null });
  expect(taken).toEqual(["connect", "close"]);
});

test("no answer is unreachable; nothing is built for it", async () => {
  const { steps, taken } = scene({
    connect: () =>
      Promise.reject(new FlotillaError("E_UNREACHABLE", "no route to host", { host: name, step: "connect" })),
  });
  const result = await deployHost(steps, "switch", name, Promise.resolve(host));
  expect(result).toMatchObject({ outcome: "unreachable", reason: { step: "connect" } });
  expect(taken).toEqual([]);
});

test("lost contact is said as such", async () => {
  const { steps } = scene({ activate: () => Promise.resolve({ end: null, log: ["activating the configuration..."] }) });
  const result = await deployHost(steps, "switch", name, Promise.resolve(host));
  expect(result).toMatchObject({ outcome: "lost-contact", reason: { log: ["activating the configuration..."] } });
});

test("a halted run skips what it had not begun to change", async () => {
  const halt = new AbortController();
  const { steps, taken } = scene({ halt: halt.signal, build: async () => halt.abort() });
  const result = await deployHost(steps, "switch", name, Promise.resolve(host));
  expect(result).toMatchObject({ outcome: "skipped", reason: { code: "E_INTERRUPTED" } });
  expect(taken).not.toContain("copy");
});

test("build reaches no host; push and dry-activate change none", async () => {
  const build = scene();
  expect((await deployHost(build.steps, "build", name, Promise.resolve(host))).outcome).toBe("built");
  expect(build.taken).toEqual(["build"]);
  const push = scene();
  expect((await deployHost(push.steps, "push", name, Promise.resolve(host))).outcome).toBe("pushed");
  expect(push.taken).not.toContain("activate");
  const dry = scene();
  const result = await deployHost(dry.steps, "dry-activate", name, Promise.resolve(host));
  expect(result).toMatchObject({ outcome: "pushed", notes: ["would restart nginx.service"] });
  expect(dry.taken).not.toContain("activate");
});

test("every phase that starts also ends, well or not", async () => {
  for (const changes of [{}, { copy: () => Promise.reject(new FlotillaError("E_COPY", "broken pipe")) }]) {
    const { steps, events } = scene(changes);
    await deployHost(steps, "switch", name, Promise.resolve(host));
    const open = events.reduce((count, event) => {
      if (event.type !== "host-phase") return count;
      return count + (event.state === "started" ? 1 : -1);
    }, 0);
    expect(open).toBe(0);
  }
});

const keyed: Host = {
  ...host,
  deployment: Deployment.parse({ keys: { tls: { keyFile: "/tls" } } }),
};

test("a halt during the activation leaves out nothing that the activation began", async () => {
  const halt = new AbortController();
  const { steps, taken } = scene({
    halt: halt.signal,
    activate: async () => {
      halt.abort();
      return { end: { outcome: "deployed", code: null, message: null, notes: [] }, log: [] };
    },
    reboot: () => Promise.reject(new Error("a reboot is something new")),
  });
  const result = await deployHost(steps, "switch", name, Promise.resolve(keyed));
  expect(result).toMatchObject({ outcome: "deployed", reason: null });
  expect(taken.slice(-2)).toEqual(["keys post-activation", "close"]);
});

test.each([
  [new FlotillaError("E_KEY", "there is no user app"), "the new system runs, but there is no user app"],
  [new FlotillaError("E_INTERRUPTED", "interrupted"), "the new system runs, but the run was left during keys"],
])("what fails after an activation says what runs: %s", async (failure, message) => {
  const { steps } = scene({
    sendKeys: (_host, _session, when) => (when === "pre-activation" ? Promise.resolve([]) : Promise.reject(failure)),
  });
  const { before, outcome, reason } = await deployHost(steps, "switch", name, Promise.resolve(keyed));
  expect({ before, outcome, reason }).toMatchObject({
    before: undefined,
    outcome: "failed",
    reason: { code: failure.code, message, step: "keys" },
  });
});

test.each([
  [host, [], "no keys"],
  [keyed, [], "keys unchanged"],
  [keyed, ["1 key written"], "1 key written"],
])("the goal keys always says what became of them", async (which, notes, said) => {
  const { steps } = scene({ sendKeys: async () => notes });
  expect(await deployHost(steps, "keys", name, Promise.resolve(which))).toMatchObject({
    outcome: "pushed",
    notes: [said],
  });
});

test("a host whose evaluation is broken off says so in the words of a run", async () => {
  const { steps } = scene();
  const evaluation = Promise.reject(new FlotillaError("E_INTERRUPTED", "web-01 does not evaluate: interrupted"));
  expect(await deployHost(steps, "switch", name, evaluation)).toMatchObject({
    outcome: "skipped",
    reason: { code: "E_INTERRUPTED", message: "the run was interrupted before this host was changed" },
  });
});

test("keys that go after a reboot are read before it, and what was staged runs then", async () => {
  const { steps, taken } = scene({
    activate: async () => ({ end: { outcome: "staged", code: null, message: null, notes: [] }, log: [] }),
    reboot: async (_host, session, _staged, around) => {
      await around.before();
      taken.push("reboot");
      return around.after(session);
    },
  });
  expect(await deployHost(steps, "boot", name, Promise.resolve(keyed))).toMatchObject({ outcome: "deployed" });
  expect(taken.slice(-4)).toEqual(["keys before-reboot", "reboot", "keys all", "close"]);
});
