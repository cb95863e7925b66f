import { expect, it } from "vitest";
import { HostName } from "../domain/host-name.ts";
import type { Connection } from "../ssh/connection.ts";
import { awaitStart, startSeconds } from "./await-start.ts";
import { healthyInspection } from "./test-inspection.ts";

const starting = { ...healthyInspection, state: "starting" };
const signal = new AbortController().signal;

/** A host that says each of these states once, and the last for ever; and how often it was asked. */
function hostThatIs(...states: readonly [string, ...string[]]) {
  let asked = 0;
  const left = [...states];
  const connection: Pick<Connection, "run" | "target"> = {
    target: {
      host: HostName.parse("web"),
      address: "web",
      port: null,
      user: null,
      options: [],
      hostKey: null,
      elevation: null,
    },
    run: () => {
      asked += 1;
      const state = left.length > 1 ? left.shift() : left[0];
      const known = "kernel_name=Linux\0machine=x86_64\0kernel=6\0hostname=web\0machine_id=1\0boot_id=1";
      const stdout = `\0begin=flotilla-inspection-1\0${known}\0state=${state}\0end=\0\n`;
      return Promise.resolve({ exitCode: 0, stdout, stderr: "", timedOut: false, aborted: false });
    },
  };
  return { connection, asked: () => asked };
}
const noWait = () => Promise.resolve();

it("asks nothing of a host that is up", async () => {
  const { connection, asked } = hostThatIs("degraded");
  expect(await awaitStart(connection, healthyInspection, signal, noWait)).toBe(healthyInspection);
  expect(asked()).toBe(0);
});

it("waits for one that is starting, and no longer than that", async () => {
  const { connection, asked } = hostThatIs("initializing", "starting", "degraded", "starting");
  expect(await awaitStart(connection, starting, signal, noWait)).toMatchObject({ state: "degraded" });
  expect(asked()).toBe(3);
});

it("gives up on one that never has started", async () => {
  const { connection, asked } = hostThatIs("starting");
  expect(await awaitStart(connection, starting, signal, noWait)).toMatchObject({ state: "starting" });
  expect(asked()).toBe(startSeconds);
});

it("is called off by the signal", async () => {
  const { connection } = hostThatIs("starting");
  await expect(awaitStart(connection, starting, AbortSignal.abort(new Error("off")))).rejects.toThrow("abort");
});
