// Power pulled at every step of a deploy, and given back: the host comes up in the old system or the new one, and whoever asks is
// told which. First with the operator waiting, then with the operator's program killed at the same moment.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import type { Host, HostOptions } from "../bed/host.ts";
import { waitUntil } from "../bed/wait-until.ts";
import type { ControllerProcess } from "../bed/controller.ts";
import { endOf, eventsOf, type HostEnd, phaseBegins, Scene, seenOn, until, type Wish } from "./scene.ts";

/** Where the host leaves word that it has come to the moment. */
const here = "/run/here";
const stop = `touch ${here}; sleep 1000`;

interface Moment {
  readonly wish: Wish;
  readonly options?: HostOptions;
  /** A program in place of the system's own, as shell; `"$@"` are its words. Gone with the power. */
  readonly program?: readonly [name: string, text: string];
  /** The phase whose begin is the moment; otherwise the host says it itself. */
  readonly phase?: string;
  readonly ends: HostEnd;
  readonly comesUpIn: "old" | "new";
}

const powerLoss = { outcome: "rolled-back", code: "E_POWER_LOSS" };
const deployed = { outcome: "deployed", code: null };
const moments: Readonly<Record<string, Moment>> = {
  copying: {
    options: { cable: { rate: 40_000 } },
    wish: { system: "payloadMiB = 64;" },
    phase: "copy",
    ends: { outcome: "failed", code: "E_CONNECTION_LOST" },
    comesUpIn: "old",
  },
  checking: {
    wish: {
      system: `preSwitch = "case $2 in /nix/store/*) ${stop} ;; esac";`,
      deployment: 'preActivate = "pre-switch-checks";',
    },
    ends: { outcome: "failed", code: "E_POWER_LOSS" },
    comesUpIn: "old",
  },
  activating: { wish: { system: `activation = "${stop}";` }, ends: powerLoss, comesUpIn: "old" },
  "in-health": {
    wish: {
      deployment: `healthChecks = [ { type = "command"; command = [ "sh" "-c" "${stop}" ]; timeout = 100; } ];`,
    },
    ends: powerLoss,
    comesUpIn: "old",
  },
  confirming: {
    wish: { system: "sshd = false;", deployment: "rollback.confirmTimeout = 100;" },
    phase: "confirm",
    ends: powerLoss,
    comesUpIn: "old",
  },
  "before-profile": { wish: {}, program: ["nix-env", stop], ends: powerLoss, comesUpIn: "old" },
  "after-profile": {
    wish: {},
    program: ["nix-env", `/usr/bin/nix-env "$@"; ${stop}`],
    ends: powerLoss,
    comesUpIn: "old",
  },
  "after-boot-loader": {
    wish: {},
    program: ["mv", `case $* in *committed.new*) ${stop} ;; esac; exec /usr/bin/mv "$@"`],
    ends: deployed,
    comesUpIn: "new",
  },
  "before-outcome": {
    wish: {},
    program: ["mv", `case $* in *outcome.new*) ${stop} ;; esac; exec /usr/bin/mv "$@"`],
    ends: deployed,
    comesUpIn: "new",
  },
};
const names = Object.keys(moments);

const labelled = (label: string): Record<string, Wish> =>
  Object.fromEntries(
    Object.entries(moments).map(([name, { wish }]) => [
      name,
      { ...wish, system: `label = "${label}"; ${wish.system ?? ""}` },
    ]),
  );
const healthy = (label: string): Record<string, Wish> =>
  Object.fromEntries(names.map((name) => [name, { system: `label = "${label}";` }]));
const deploy = ["deploy", "--json", "--parallel", "16", "--on", names.join(",")];

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.create();
  const options = Object.entries(moments).map(([name, { options }]) => [name, options ?? {}]);
  await scene.hosts(healthy("1"), Object.fromEntries(options));
});
afterAll(() => scene.destroy());

async function replaceProgram(host: Host, [name, text]: readonly [string, string]): Promise<void> {
  const script = `cat >/run/wrappers/bin/${name} && chmod 0755 /run/wrappers/bin/${name}`;
  const { exitCode, stderr } = await host.exec(["sh", "-c", script], { stdin: `#!/bin/sh\n${text}\n` });
  if (exitCode !== 0) throw new Error(stderr);
}

/** Starts a deploy that every host will stop at its moment of. */
async function begin(label: string): Promise<ControllerProcess> {
  await scene.wishes(labelled(label));
  for (const [name, { program }] of Object.entries(moments)) {
    if (program !== undefined) await replaceProgram(scene.bed.host(name), program);
  }
  return scene.start(deploy);
}

async function isAtItsMoment(running: ControllerProcess, name: string): Promise<void> {
  const phase = moments[name]?.phase;
  if (phase !== undefined) {
    await until(running, `${phase} of ${name}`, phaseBegins(name, phase), 120_000);
    return;
  }
  const host = scene.bed.host(name);
  const isHere = async (): Promise<boolean> => (await host.exec(["test", "-e", here])).exitCode === 0;
  await waitUntil(`${name} at its moment\n${running.stdout()}`, isHere, { deadline: 120_000, pause: 100 });
}

async function startAgain(name: string): Promise<void> {
  const host = scene.bed.host(name);
  await host.start();
  // One that does not come up is for its own test to say.
  await host.waitUntilUp().catch(() => {});
}

async function expectHost(name: string, comesUpIn: string | undefined): Promise<void> {
  expect(await seenOn(scene.bed.host(name))).toEqual({
    running: comesUpIn,
    bootsNext: comesUpIn,
    profile: comesUpIn,
    state: "running",
  });
}

describe("with the operator waiting", () => {
  let old: Readonly<Record<string, string>>;
  let wanted: Readonly<Record<string, string>>;
  let running: ControllerProcess;
  beforeAll(async () => {
    old = await scene.toplevels();
    running = await begin("2");
    wanted = await scene.toplevels();
    await Promise.all(
      names.map(async (name) => {
        await isAtItsMoment(running, name);
        await scene.bed.host(name).pullPower();
        await startAgain(name);
      }),
    );
    await running.finished;
  });

  test.for(names)("%s", async (name) => {
    expect(endOf(eventsOf(running.stdout()), name)).toEqual(moments[name]?.ends);
    await expectHost(name, (moments[name]?.comesUpIn === "old" ? old : wanted)[name]);
  });

  test("the next deploy works", async () => {
    await scene.wishes(healthy("3"));
    const { events, exitCode } = await scene.flotilla(deploy);
    expect(exitCode).toBe(0);
    for (const name of names) expect(endOf(events, name)).toEqual(deployed);
  });
});

describe("with the operator's program killed", () => {
  let old: Readonly<Record<string, string>>;
  let wanted: Readonly<Record<string, string>>;
  let statuses: readonly Status[];
  beforeAll(async () => {
    old = await scene.toplevels();
    const running = await begin("4");
    wanted = await scene.toplevels();
    await Promise.all(
      names.map(async (name) => {
        await isAtItsMoment(running, name);
        await scene.bed.host(name).pullPower();
      }),
    );
    running.child.kill("SIGKILL");
    await running.finished;
    await Promise.all(names.map(startAgain));
    const { stdout } = await scene.flotilla(["status", "--json"]);
    statuses = Statuses.parse(JSON.parse(stdout));
  });

  test.for(names)("%s: status tells the end", async (name) => {
    const status = statuses.find(({ host }) => host === name);
    // Of a run that never came so far as to have a guard, nobody can tell more than that.
    const outcome = name === "copying" ? null : moments[name]?.ends.outcome;
    expect(status?.lastRun?.outcome).toEqual(outcome);
    const system = (moments[name]?.comesUpIn === "old" ? old : wanted)[name];
    expect(status?.system).toBe(system);
    await expectHost(name, system);
  });

  test("the next deploy works", async () => {
    await scene.wishes(healthy("5"));
    const { events, exitCode } = await scene.flotilla(deploy);
    expect(exitCode).toBe(0);
    for (const name of names) expect(endOf(events, name)).toEqual(deployed);
  });
});

const Statuses = z.array(
  z.object({
    host: z.string(),
    system: z.string().nullable(),
    lastRun: z.object({ outcome: z.string().nullable() }).nullable(),
  }),
);
type Status = z.infer<typeof Statuses>[number];
