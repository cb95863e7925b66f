import { createServer, type RequestListener } from "node:http";
import { createServer as createTcpServer, type Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { HealthCheck } from "../fleet/deployment.ts";
import type { ProcessResult, Runner } from "../process/runner.ts";
import { type HealthTime, checkHealthFromOperator } from "./operator-health.ts";

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

/** Starts a server on a port of its own, and resolves with the port. */
async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return address.port;
}
const http = (answer: RequestListener): Promise<number> => listen(createServer(answer));
async function closedPort(): Promise<number> {
  const port = await listen(createTcpServer());
  await new Promise((resolve) => servers.pop()?.close(resolve));
  return port;
}

/** The checks of a configuration; loopback stands for the host here, which a configuration may not say. */
const check = (settings: object): HealthCheck => {
  const parsed = HealthCheck.parse({ timeout: 3, ...settings, from: "target" });
  return parsed.type === "unit" ? parsed : { ...parsed, from: "operator" };
};

/** A time in which nobody waits: each sleep only moves the clock. */
function quickTime(): HealthTime & { readonly slept: number[] } {
  let now = 0;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    sleep: (milliseconds, signal) => {
      signal.throwIfAborted();
      slept.push(milliseconds);
      now += milliseconds;
      return Promise.resolve();
    },
  };
}

const ended: ProcessResult = { exitCode: 0, stdout: "", stderr: "", timedOut: false, aborted: false };
const runnerOf = (...results: Partial<ProcessResult>[]): Pick<Runner, "run"> => ({
  run: () => Promise.resolve({ ...ended, ...(results.length > 1 ? results.shift() : results[0]) }),
});
const healthy = (checks: readonly HealthCheck[], more: object = {}) =>
  checkHealthFromOperator(checks, {
    runner: runnerOf({}),
    signal: new AbortController().signal,
    time: quickTime(),
    ...more,
  });

describe("tcp", () => {
  it("is healthy when somebody listens", async () => {
    await expect(healthy([check({ type: "tcp", port: await listen(createTcpServer()) })])).resolves.toBeUndefined();
  });

  it("says what was seen when nobody does", async () => {
    const port = await closedPort();
    await expect(healthy([check({ type: "tcp", port })])).rejects.toMatchObject({
      code: "E_HEALTH",
      step: "health",
      message: `tcp 127.0.0.1:${port}: not healthy within 3 s, seen from here: ECONNREFUSED`,
    });
  });
});

describe("http", () => {
  it("is healthy at the status that is asked for, and does not follow a redirect to it", async () => {
    const port = await http((request, response) => {
      response.writeHead(request.url === "/old" ? 302 : 204, { location: "/new" }).end();
    });
    const url = `http://127.0.0.1:${port}`;
    await healthy([check({ type: "http", url, status: 204 }), check({ type: "http", url: `${url}/old`, status: 302 })]);
    await expect(healthy([check({ type: "http", url: `${url}/old`, status: 204 })])).rejects.toMatchObject({
      message: expect.stringContaining("it answered 302, not 204"),
    });
  });

  it("does not wait for ever on a server that accepts and says nothing", async () => {
    const port = await http(() => {});
    const failure = healthy([check({ type: "http", url: `http://127.0.0.1:${port}`, timeout: 1, name: "shop" })], {
      time: undefined,
    });
    await expect(failure).rejects.toMatchObject({
      code: "E_HEALTH",
      message: "shop: not healthy within 1 s, seen from here: no answer",
    });
  });

  it("says that nobody listens", async () => {
    const url = `http://127.0.0.1:${await closedPort()}`;
    await expect(healthy([check({ type: "http", url })])).rejects.toMatchObject({
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });
});

describe("command", () => {
  const command = check({ type: "command", command: ["probe", "a b"] });

  it.each<[string, Partial<ProcessResult>, string]>([
    ["its exit status and last words", { exitCode: 3, stderr: "one\ntwo\n" }, "it ended with 3: two"],
    ["that it did not end", { exitCode: null, timedOut: true }, "it did not end in time"],
  ])("says %s", async (_, result, seen) => {
    await expect(healthy([command], { runner: runnerOf(result) })).rejects.toMatchObject({
      code: "E_HEALTH",
      message: `command probe: not healthy within 3 s, seen from here: ${seen}`,
    });
  });

  it("has to succeed as often in a row as asked, and waits its interval in between", async () => {
    const time = quickTime();
    const seen: string[] = [];
    const [good, bad] = [{}, { exitCode: 1 }];
    await healthy([check({ type: "command", command: ["x"], consecutive: 2, interval: 2, timeout: 60 })], {
      runner: runnerOf(good, bad, good, good, bad),
      time,
      onObservation: (name: string, what: string) => seen.push(`${name}: ${what}`),
    });
    expect(time.slept).toEqual([2000, 2000, 2000]);
    expect(seen).toEqual(["command x: it ended with 1"]);
  });
});

it("leaves the checks on the host to the guard", async () => {
  const onHost = [HealthCheck.parse({ type: "unit", unit: "x.service" }), HealthCheck.parse({ type: "tcp", port: 1 })];
  await expect(healthy(onHost)).resolves.toBeUndefined();
});

it("fails with the first that fails, and leaves the others", async () => {
  const port = await http(() => {});
  const checks = [
    check({ type: "http", url: `http://127.0.0.1:${port}`, timeout: 600 }),
    check({ type: "command", command: ["x"] }),
  ];
  await expect(healthy(checks, { runner: runnerOf({ exitCode: 1 }) })).rejects.toMatchObject({
    message: expect.stringContaining("command x"),
  });
});

it("is called off by the signal, in the middle of an attempt and between two", async () => {
  const operator = new AbortController();
  const port = await http(() => operator.abort());
  const checks = [check({ type: "http", url: `http://127.0.0.1:${port}`, timeout: 600 })];
  await expect(healthy(checks, { signal: operator.signal, time: undefined })).rejects.toMatchObject({
    code: "E_INTERRUPTED",
  });
  await expect(healthy(checks, { signal: operator.signal })).rejects.toMatchObject({ code: "E_INTERRUPTED" });
});
