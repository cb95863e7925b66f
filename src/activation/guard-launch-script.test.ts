import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { RunId } from "../domain/run-id.ts";
import { StorePath } from "../domain/store-path.ts";
import { HealthCheck } from "../fleet/deployment.ts";
import { spawnRunner } from "../process/spawn-runner.ts";
import { guardLaunchScript } from "./guard-launch-script.ts";
import { guardBudget, guardOrderFile } from "./guard-order-file.ts";
import type { GuardOrder, GuardProfile } from "./guard.ts";

const runner = spawnRunner();
const run = RunId.parse("00000001");
const profile: GuardProfile = {
  name: "system",
  activator: "nixos",
  path: StorePath.parse("/nix/store/00000000000000000000000000000000-system"),
  user: "root",
  profilePath: "/nix/var/nix/profiles/system",
  generation: null,
  specialisation: null,
};
const order: GuardOrder = {
  run,
  operator: "ana@desk",
  goal: "switch",
  profiles: [profile],
  activationTimeout: 300,
  confirmTimeout: 30,
  rollback: true,
  onFailedUnits: "rollback",
  preActivate: null,
  healthChecks: [],
  installBootloader: false,
  keepSucceeded: false,
};

/** Text as somebody hostile would write it: all that a shell, a here-document or a line could take for its own. */
const hostile = fc.oneof(
  fc.string({ unit: "binary" }).map((text) => text.replaceAll("\0", "").toWellFormed()),
  fc
    .array(fc.constantFrom("'", '"', "$(id)", "`id`", "\\", "\n", "}", "; exit 1 #", "EOF", "\n}\nlaunch_guard\n", " "))
    .map((parts) => parts.join("")),
);

/** Prints what a shell makes of an order, each value closed by a NUL. */
const dump = `
health_check() { printf '%s\\0' "$@"; }
ordered_profile 1
printf '%s\\0' "$operator" "$profile_name" "$pre_activate"
health_checks
`;

test("whatever an order says, the shell reads the very same", async () => {
  await fc.assert(
    fc.asyncProperty(hostile, hostile, hostile, fc.array(hostile, { minLength: 1 }), async (a, b, c, words) => {
      const check = HealthCheck.parse({ type: "command", command: words, name: c });
      const text = guardOrderFile({
        ...order,
        operator: a,
        profiles: [{ ...profile, name: b }],
        preActivate: c,
        healthChecks: [check],
      });
      const result = await runner.run({ file: "sh", args: ["-s"], stdin: text + dump, deadline: 10_000 });
      expect(result).toMatchObject({ exitCode: 0, stderr: "" });
      expect(result.stdout.split("\0").slice(0, -1)).toEqual([a, b, c, c, "1", "30", "1", "command", ...words]);
    }),
    { numRuns: 40 },
  );
});

test("the launch lays down guard and order as they are, and becomes the guard", async () => {
  const guard = `#!/bin/sh\n# it's "$(id)" \`id\`\n[ "$1 $2" = "start ${run}" ] && echo started\n`;
  await fc.assert(
    fc.asyncProperty(hostile, async (operator) => {
      const root = await mkdtemp(join(tmpdir(), "flotilla-launch-"));
      try {
        await mkdir(join(root, "run"));
        const script = guardLaunchScript(guard, { ...order, operator });
        const result = await runner.run({
          file: "sh",
          args: ["-s"],
          stdin: script,
          env: { FLOTILLA_ROOT: root },
          deadline: 10_000,
        });
        expect(result).toMatchObject({ exitCode: 0, stdout: "started\n" });
        const directory = join(root, "run/flotilla/runs", run);
        expect(await readFile(join(directory, "guard"), "utf8")).toBe(guard);
        expect(await readFile(join(directory, "order"), "utf8")).toBe(guardOrderFile({ ...order, operator }));
        expect(await readdir(join(root, "run/flotilla"))).toEqual(["runs"]);
      } finally {
        await rm(root, { recursive: true });
      }
    }),
    { numRuns: 20 },
  );
});

test("a script of which only a part arrives runs nothing", async () => {
  const root = await mkdtemp(join(tmpdir(), "flotilla-launch-"));
  try {
    await mkdir(join(root, "run"));
    const script = guardLaunchScript("echo started\n", order);
    const lengths = Array.from({ length: 40 }, (_, index) => Math.floor(((script.length - 1) * index) / 40));
    for (const length of [...lengths, script.length - 2]) {
      const result = await runner.run({
        file: "sh",
        args: ["-s"],
        stdin: script.slice(0, length),
        env: { FLOTILLA_ROOT: root },
        deadline: 10_000,
      });
      expect(result.stdout).toBe("");
    }
    expect(await readdir(join(root, "run"))).toEqual([]);
  } finally {
    await rm(root, { recursive: true });
  }
});

test("another order of a run waits for the end of the one before, and takes the place of its record", async () => {
  const root = await mkdtemp(join(tmpdir(), "flotilla-launch-"));
  const live = join(root, "run/flotilla/runs", run);
  const record = join(root, "var/lib/flotilla/runs", run);
  const launch = async (changes: Partial<GuardOrder>): Promise<string> => {
    const stdin = guardLaunchScript('echo "$1"\n', { ...order, ...changes });
    const env = { FLOTILLA_ROOT: root };
    return (await runner.run({ file: "sh", args: ["-s"], stdin, env, deadline: 10_000 })).stdout.trim();
  };
  try {
    await Promise.all([mkdir(join(root, "run")), mkdir(record, { recursive: true })]);
    expect(await launch({})).toBe("start");
    expect(await launch({})).toBe("follow");
    expect(await launch({ goal: "boot" })).toBe(`E E_LOCKED another deployment of run ${run} has this host`);
    await writeFile(join(live, "outcome"), "deployed\n-\n\n");
    expect(await launch({})).toBe("follow");
    expect(await launch({ goal: "boot" })).toBe("start");
    expect(await readFile(join(live, "order"), "utf8")).toBe(guardOrderFile({ ...order, goal: "boot" }));
    expect([await readdir(live), await readdir(join(record, ".."))]).toEqual([["guard", "order"], []]);
  } finally {
    await rm(root, { recursive: true });
  }
});

test("a value with a NUL byte is refused", () => {
  expect(() => guardLaunchScript("", { ...order, operator: "a\0b" })).toThrow("NUL");
});

test("the deadman's time is all that the guard may take, and more", () => {
  const check = HealthCheck.parse({ type: "unit", unit: "nginx.service", timeout: 45 });
  expect(guardBudget({ ...order, healthChecks: [check] })).toBeGreaterThan(300 + 45 + 30);
  // Each profile has its own; a script of deploy-rs a boot loader to put back, and a profile that fails a way back.
  const both = { ...order, profiles: [profile, { ...profile, activator: "deploy-rs" }] } as const;
  expect(guardBudget(both)).toBeGreaterThan(3 * 300 + 30);
  expect(guardBudget({ ...both, keepSucceeded: true })).toBeGreaterThan(4 * 300 + 30);
});
