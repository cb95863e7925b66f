import { expect, test } from "vitest";
import { testProfile } from "../../test/fakes/test-profile.ts";
import type { EventBody } from "../domain/event.ts";
import { HostName } from "../domain/host-name.ts";
import type { Outcome } from "../domain/outcome.ts";
import { StorePath } from "../domain/store-path.ts";
import { noOverrides } from "../fleet/host-overrides.ts";
import type { FleetNix } from "../fleet/read-fleet.ts";
import { everyHost } from "../fleet/selection.ts";
import type { FleetFormName } from "../nix/forms/fleet-form.ts";
import { type DeployRequest, deployRun } from "./deploy-run.ts";
import { Gates } from "./gates.ts";
import type { HostResult } from "./host-result.ts";

const path = StorePath.parse(`/nix/store/${"0".repeat(32)}-system`);
const names = ["a", "b", "c"].map((name) => HostName.parse(name));
const result = (outcome: Outcome, changed: boolean): HostResult => ({
  outcome,
  reason: null,
  previous: null,
  previousVersion: null,
  system: path,
  version: null,
  notes: [],
  ...(changed
    ? { before: [{ profile: testProfile(path), current: path, generation: null, runs: false, isDefault: false }] }
    : {}),
});

/** A run over three hosts that end as they are told to; says what was emitted and what was taken back. */
async function run(ends: Record<string, HostResult>, rollbackSucceeded: boolean | null, form: FleetFormName) {
  const finished: string[] = [];
  const undone: string[] = [];
  const signal = new AbortController().signal;
  const request: DeployRequest = {
    source: { kind: "file", reference: "f", path: "/f", revision: null, dirty: false, directory: "/" },
    outline: {
      members: names.map((name) => ({ name, form })),
      ignoredNames: [],
      otherForms: [],
      settings: {},
      plain: null,
    },
    selection: everyHost,
    overrides: noOverrides,
    knowledge: { hasFailed: () => false, hasChanged: async () => false },
    useCache: false,
    evaluationWorkers: 1,
    goal: "switch",
    targetHost: null,
    rollbackSucceeded,
  };
  const nix: FleetNix = {
    tags: async () => new Map(),
    evaluate: async ({ hosts, onHost }) => {
      for (const { name } of hosts) {
        onHost(name, {
          name,
          form: "nixosConfigurations",
          system: null,
          profiles: [testProfile(path)],
          version: null,
          sshPorts: null,
          deployment: null,
        });
      }
    },
  };
  const status = await deployRun(
    request,
    {
      clock: { now: () => new Date(0), sleep: () => Promise.resolve() },
      emit: (event: EventBody) => {
        if (event.type === "host-finished") finished.push(`${event.host} ${event.outcome}`);
      },
      interruption: { halt: signal, leave: signal },
      nix,
      operator: "ana@desk",
    },
    new Gates(),
    async (name) => ends[name] ?? result("unchanged", false),
    async (name) => {
      undone.push(name);
      return result("rolled-back", false);
    },
  );
  return { finished: finished.toSorted(), undone: undone.toSorted(), status };
}

test("where one host fails, those that went well are taken back, if that is wanted", async () => {
  const ends = { a: result("deployed", true), b: result("failed", false), c: result("unchanged", false) };
  expect(await run(ends, true, "nixosConfigurations")).toEqual({
    finished: ["a rolled-back", "b failed", "c unchanged"],
    undone: ["a"],
    status: 1,
  });
  expect((await run(ends, false, "nixosConfigurations")).undone).toEqual([]);
});

test("deploy-rs takes them back by itself, the others do not", async () => {
  const ends = { a: result("deployed", true), b: result("rolled-back", false) };
  expect((await run(ends, null, "deploy")).undone).toEqual(["a"]);
  expect((await run(ends, null, "colmenaHive")).undone).toEqual([]);
});

test("where all went well, nothing is taken back and all end once", async () => {
  const ends = { a: result("deployed", true), b: result("deployed", true) };
  expect(await run(ends, true, "deploy")).toEqual({
    finished: ["a deployed", "b deployed", "c unchanged"],
    undone: [],
    status: 0,
  });
});
