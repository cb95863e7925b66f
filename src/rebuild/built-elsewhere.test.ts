// Systems that are not built here: on one machine for another, and on the host itself from the flake.
import { expect, test } from "vitest";
import { healthyInspection } from "../checks/test-inspection.ts";
import type { EventBody } from "../domain/event.ts";
import { HostName } from "../domain/host-name.ts";
import { runIdFrom } from "../domain/run-id.ts";
import { StorePath } from "../domain/store-path.ts";
import type { HostSession } from "../deploy/host-session.ts";
import type { HostSteps } from "../deploy/deploy-host.ts";
import { unlimited } from "../deploy/in-phase.ts";
import { Deployment } from "../fleet/deployment.ts";
import type { Host } from "../fleet/fleet.ts";
import type { ConfigurationFile, LockedFlake } from "../nix/fleet-source.ts";
import type { Nix } from "../nix/nix.ts";
import type { ProcessResult } from "../process/runner.ts";
import type { Connection } from "../ssh/connection.ts";
import { fakeConnection } from "../../test/fakes/fake-connection.ts";
import { testProfile } from "../../test/fakes/test-profile.ts";
import { buildBetween } from "./build-between.ts";
import { buildFromFlake } from "./build-from-flake.ts";
import { machineTarget } from "./machine.ts";

const path = StorePath.parse(`/nix/store/${"1".repeat(32)}-nixos-system-web-01`);
const host: Host = {
  name: HostName.parse("web-01"),
  system: "x86_64-linux",
  deployment: Deployment.parse({}),
  profiles: [testProfile(path)],
  version: null,
  sshPorts: null,
};
const { signal } = new AbortController();
const answer = (exitCode: number, stdout = "", stderr = ""): ProcessResult => ({
  exitCode,
  stdout,
  stderr,
  timedOut: false,
  aborted: false,
});

/** A run whose build host answers as told; what happens is written down. */
function scene(
  options: { readonly sends?: number; readonly elevation?: readonly string[]; readonly at?: string | null } = {},
) {
  const { at = "root@web-01", elevation = [], sends = 0 } = options;
  const done: string[] = [];
  const events: EventBody[] = [];
  const builder: Connection = {
    ...fakeConnection(machineTarget("builder")),
    run: async ({ words }) => {
      done.push(`builder: ${words.includes("copy") ? "copy" : words.join(" ")}`);
      return answer(sends, "", "ssh: connect to host web-01 port 22: Connection refused");
    },
  };
  const connection: Connection = {
    ...fakeConnection(machineTarget(at)),
    elevation,
    run: async ({ words }) => {
      done.push(`target: ${words[0] === "nix" ? "nix build" : "root"}`);
      return words[0] === "nix" ? answer(0, JSON.stringify([{ outputs: { out: path } }])) : answer(0);
    },
  };
  const note = (what: string) => async (): Promise<void> => void done.push(what);
  const unused = async (): Promise<never> => Promise.reject(new Error("not asked"));
  const nix: Pick<Nix, "build" | "fetch"> = { build: unused, fetch: note("fetched here") };
  const steps: HostSteps = {
    emit: () => {},
    halt: signal,
    leave: signal,
    limits: { copy: unlimited, activate: unlimited },
    connect: unused,
    refuse: unused,
    examine: unused,
    build: unused,
    copy: note("copied from here"),
    gate: unused,
    sendsKeys: false,
    keepsResults: false,
    sendKeys: unused,
    dryActivate: unused,
    activate: unused,
    reboot: unused,
  };
  const session: HostSession = { connection, inspection: healthyInspection };
  const interruption = { halt: signal, leave: signal };
  const run = runIdFrom(new Uint8Array(8));
  const services = { emit: (event: EventBody) => void events.push(event), interruption, nix, run };
  return { builder, done, events, services, session, steps };
}

test.each([
  ["they reach each other", {}, ["target: root", "builder: copy"]],
  ["they do not", { sends: 1 }, ["target: root", "builder: copy", "fetched here", "copied from here"]],
  [
    "sudo wants a password",
    { elevation: ["sudo", "--stdin", "--"] },
    ["target: root", "fetched here", "copied from here"],
  ],
  ["the target is this machine", { at: null }, ["target: root", "fetched here", "copied from here"]],
])("what one machine built for another: %s", async (_, options, expected) => {
  const { builder, done, events, services, session, steps } = scene(options);
  const wish = { builder, goal: "switch", roots: null, substitute: false } as const;
  await buildBetween(steps, wish, services).copy(host, session);
  expect(done).toEqual(expected);
  expect(JSON.stringify(events).includes("Connection refused")).toBe(
    expected.includes("builder: copy") && expected.length > 2,
  );
});

const flake: LockedFlake = {
  kind: "flake",
  reference: ".",
  locked: "git+file:///infra?dir=hosts&rev=1",
  fingerprint: "",
  revision: null,
  dirty: false,
  directory: "/infra",
};
const file: ConfigurationFile = { ...flake, kind: "file", path: "/infra/hive.nix", directory: "/infra" };
const archive = async (): Promise<string> => "/nix/store/x-source";

test("a host builds from the flake that it was sent, and has to end with what it is here", async () => {
  const { done, services, session, steps } = scene();
  const fromFlake = buildFromFlake(steps, { goal: "switch", source: flake, archive }, services);
  await fromFlake.build(host, session);
  expect(done).toEqual(["target: root", "target: nix build"]);
  const other = StorePath.parse(`/nix/store/${"2".repeat(32)}-nixos-system-web-01`);
  const elsewhere = { ...host, profiles: [testProfile(other)] as const };
  await expect(fromFlake.build(elsewhere, session)).rejects.toMatchObject({ code: "E_BUILD", host: "web-01" });
});

test("what cannot be built from a flake is said so before anything is sent", async () => {
  const { done, services, session, steps } = scene();
  const fromFlake = buildFromFlake(steps, { goal: "switch", source: flake, archive }, services);
  const home = { ...host, profiles: [testProfile(path), testProfile(path, { name: "home" })] as const };
  await expect(fromFlake.build(home, session)).rejects.toMatchObject({ code: "E_USAGE" });
  await expect(fromFlake.build(host, null)).rejects.toMatchObject({ code: "E_USAGE" });
  expect(() => buildFromFlake(steps, { goal: "switch", source: file, archive }, services)).toThrow("is no flake");
  expect(done).toEqual([]);
});
