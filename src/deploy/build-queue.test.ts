import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { HostName } from "../domain/host-name.ts";
import { testProfile } from "../../test/fakes/test-profile.ts";
import { StorePath } from "../domain/store-path.ts";
import { Deployment } from "../fleet/deployment.ts";
import type { Host } from "../fleet/fleet.ts";
import type { BuildRequest } from "../nix/nix.ts";
import { BuildQueue } from "./build-queue.ts";

const toplevel = StorePath.parse(`/nix/store/${"0".repeat(32)}-system`);
const host = (name: string): Host => ({
  name: HostName.parse(name),
  system: "x86_64-linux",
  deployment: Deployment.parse({}),
  profiles: [testProfile(toplevel)],
  version: null,
  sshPorts: null,
});
const a = host("a");
const b = host("b");
const c = host("c");
const d = host("d");

/** A nix whose calls end when they are told to. */
function scene(patience: number) {
  const calls: { readonly hosts: readonly string[]; readonly end: () => void }[] = [];
  const build = (request: BuildRequest): Promise<void> =>
    new Promise((resolve) => {
      const end = (): void => {
        for (const item of request.items) request.onItem(item, "built");
        resolve();
      };
      calls.push({ hosts: request.items.map(({ name }) => name), end });
    });
  const options = {
    on: { kind: "local" },
    roots: null,
    maxJobs: null,
    signal: new AbortController().signal,
    onProgress() {},
    onLog() {},
  } as const;
  return { queue: new BuildQueue({ build }, options, "own", patience), calls };
}

test("what becomes ready while a call runs goes together, after it", async () => {
  const { calls, queue } = scene(60_000);
  const first = [queue.build(a), queue.build(b)];
  await turn();
  const second = [queue.build(c), queue.build(d)];
  await turn();
  expect(calls.map(({ hosts }) => hosts)).toEqual([["a", "b"]]);
  calls[0]?.end();
  await Promise.all(first);
  await turn();
  expect(calls.map(({ hosts }) => hosts)).toEqual([
    ["a", "b"],
    ["c", "d"],
  ]);
  calls[1]?.end();
  await Promise.all(second);
});

test("a long call is not waited for", async () => {
  const { calls, queue } = scene(1);
  const long = queue.build(a);
  await turn();
  const short = queue.build(b);
  await expect.poll(() => calls.length).toBe(2);
  calls[1]?.end();
  await short;
  calls[0]?.end();
  await long;
});
