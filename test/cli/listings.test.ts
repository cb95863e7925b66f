// What the listing commands print, as a table and as JSON.
import { describe, expect, test } from "vitest";
import type { UseCases } from "../../src/cli/use-cases.ts";
import { GenerationNumber } from "../../src/domain/generation-number.ts";
import { HostName } from "../../src/domain/host-name.ts";
import { RunId } from "../../src/domain/run-id.ts";
import { StorePath } from "../../src/domain/store-path.ts";
import { runFlotilla, shown } from "./run-flotilla.ts";

const web = HostName.parse("web-1");
const database = HostName.parse("db-1");
const run = RunId.parse("7k2m9x4c");
const system = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-nixos-system-web-1-25.05.2";

const useCases: Partial<UseCases> = {
  hosts: async () => ({
    exitStatus: 0,
    rows: [
      {
        host: web,
        target: "root@10.0.0.1:22",
        tags: ["web", "prod"],
        system: "x86_64-linux",
        version: "25.05.2",
        problem: null,
      },
      { host: database, target: null, tags: [], system: null, version: null, problem: "does not evaluate" },
    ],
  }),
  plan: async () => ({
    exitStatus: 3,
    rows: [
      {
        host: web,
        foreseen: "deployed",
        current: StorePath.parse(system.replace("25.05.2", "25.05.1")),
        currentVersion: "25.05.1",
        wanted: StorePath.parse(system),
        wantedVersion: "25.05.2",
        wantedProfiles: [StorePath.parse(system)],
        changes: null,
        problem: null,
      },
      {
        host: database,
        foreseen: "refused",
        current: StorePath.parse(system),
        currentVersion: "25.05.2",
        wanted: StorePath.parse(system),
        wantedVersion: "25.05.2",
        wantedProfiles: [StorePath.parse(system)],
        changes: null,
        problem: { code: "E_DEGRADED", message: "nginx.service has failed", hint: "--allow-degraded" },
      },
    ],
  }),
  status: async () => ({
    exitStatus: 1,
    rows: [
      {
        host: web,
        reachable: true,
        absence: null,
        state: "degraded",
        failedUnits: ["nginx.service"],
        system,
        configured: system,
        runsConfigured: true,
        bootDefault: system,
        version: "25.05.2",
        generation: GenerationNumber.parse(42),
        kernel: "6.12.30",
        needsReboot: true,
        lastRun: { run, at: "2026-11-20T14:02:31.000Z", outcome: "deployed" },
        problem: null,
      },
      {
        host: database,
        reachable: false,
        absence: "unreachable",
        state: null,
        failedUnits: [],
        system: null,
        configured: null,
        runsConfigured: null,
        bootDefault: null,
        version: null,
        generation: null,
        kernel: null,
        needsReboot: false,
        lastRun: null,
        problem: "no route to \u001b[31mhost",
      },
    ],
  }),
  history: async () => ({
    exitStatus: 0,
    rows: [
      {
        run,
        at: "2026-11-20T14:02:31.000Z",
        host: web,
        goal: "switch",
        outcome: "rolled-back",
        code: "E_CONFIRM_TIMEOUT",
        system,
        version: "25.05.2",
        revision: "4f1c9e2aa1b2c3d4e5f60718293a4b5c6d7e8f90-dirty",
        operator: "ana@laptop",
        seconds: 14.21,
      },
    ],
  }),
  generations: async () => ({
    exitStatus: 0,
    rows: [
      {
        generation: GenerationNumber.parse(42),
        date: "2026-11-20 14:02:31",
        nixosVersion: "25.05.2",
        kernelVersion: "6.12.30",
        configurationRevision: "4f1c9e2",
        specialisations: ["work"],
        current: true,
      },
      {
        generation: GenerationNumber.parse(41),
        date: "2026-11-19 09:00:00",
        nixosVersion: "25.05.1",
        kernelVersion: "6.12.29",
        configurationRevision: "Unknown",
        specialisations: [],
        current: false,
      },
    ],
  }),
  doctor: async () => ({
    exitStatus: 1,
    rows: [
      { subject: "here", check: "nix", state: "ok", detail: "2.26.3", hint: null },
      { subject: "here", check: "ssh agent", state: "missing", detail: "no agent", hint: "eval $(ssh-agent); ssh-add" },
    ],
  }),
};

const commandLines = [
  ["deploy", "--dry-run"],
  ["hosts"],
  ["status"],
  ["history"],
  ["generations", "web-1"],
  ["doctor"],
];

describe.each(commandLines)("flotilla %s %s", (...words) => {
  test("for people", async () => {
    expect(shown(await runFlotilla(words, { useCases }))).toMatchSnapshot();
  });
  test("--json", async () => {
    const answer = await runFlotilla([...words, "--json"], { useCases });
    expect(JSON.parse(answer.stdout)).toBeInstanceOf(Array);
    expect(shown(answer)).toMatchSnapshot();
  });
});

test("without rows a person gets a sentence on stderr, a program an empty list", async () => {
  const none = { history: async () => ({ rows: [], exitStatus: 0 }) };
  expect(await runFlotilla(["history"], { useCases: none })).toEqual({
    exitStatus: 0,
    stdout: "",
    stderr: "Nothing was deployed yet.\n",
  });
  expect((await runFlotilla(["history", "--json"], { useCases: none })).stdout).toBe("[]\n");
});
