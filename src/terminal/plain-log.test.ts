import { expect, test } from "vitest";
import type { RunEvent } from "../domain/event.ts";
import { HostName } from "../domain/host-name.ts";
import { after, fiveHosts } from "./fixtures/scripted-run.ts";
import { jsonLine } from "./json-lines.ts";
import { paintFor } from "./paint.ts";
import { plainLog } from "./plain-log.ts";
import { unicodeSymbols } from "./symbols.ts";

const style = { symbols: unicodeSymbols, paint: paintFor(false), columns: null };

function logOf(events: readonly RunEvent[], verbose = false): string {
  const line = plainLog({ style, verbose });
  return events
    .map(line)
    .filter((text) => text !== null)
    .join("\n");
}

test("a deploy, host first and aligned", () => {
  const events = fiveHosts().filter(
    (event) => !("host" in event) || event.host === "web-04" || event.host === "web-03",
  );
  expect(logOf(events)).toMatchInlineSnapshot(`
    "run         0s  started       7k2m9x4c · switch · git+file:///home/ana/infra @ 4f1c9e2d0a7b3c5e8f6a1b2c3d4e5f6a7b8c9d0e · 5 hosts · by ana@laptop
    web-03      0s  evaluate      started
    web-03      0s  connect       started
    web-04      0s  evaluate      started
    web-04      0s  connect       started
    web-03      0s  connect       finished
    web-04      0s  connect       finished
    web-03      1s  evaluate      finished
    web-04      1s  evaluate      finished
    web-03      2s  build         started
    web-04      2s  build         started
    web-03      4s  build         finished
    web-04      4s  build         finished
    web-04      4s  copy          started
    web-04      5s  copy          finished
    web-04      5s  activate      started
    web-03      6s  copy          started
    web-04     10s  confirm       started  new connection to 10.0.3.14:22 …  (goes back by itself in 4 s)
    web-03     10s  copy          86 / 260 MiB  12 from cache
    build      13s  build         29 / 31 builds  (postgresql-17.2)
    web-04     14s  rolled-back   14.2s  E_CONFIRM_TIMEOUT  sshd did not answer on 10.0.3.14:22 after activation; 25.05.1 is running again
    web-03     17s  copy          finished
    web-03     17s  activate      started
    web-03     21s  deployed      20.9s  25.05.1 → 25.05.2   2 units restarted, reboot needed: new kernel 6.12.8
    build      22s  build         31 / 31 builds
    run        22s  finished      22.5s · 3 deployed · 1 rolled-back · 1 skipped · exit status 1"
  `);
});

test("with --verbose also the logs of hosts and builds", () => {
  const host = HostName.parse("web-01");
  const events = [
    after(0, { type: "host-log", host, phase: "activate", line: "\u001b[1mstarting\u001b[0m nginx.service" }),
    after(1, { type: "build-log", derivation: "nginx-1.28.0", line: "checking for gcc… yes" }),
  ];
  expect(logOf(events)).toBe("");
  expect(logOf(events, true)).toMatchInlineSnapshot(`
    "web-01      0s  activate      │ starting nginx.service
    build       1s  nginx-1.28.0  │ checking for gcc… yes"
  `);
});

test("says who answered for a host, and which warnings there are", () => {
  const host = HostName.parse("web-01");
  const events = [
    after(0, { type: "host-identified", host, address: "fd00::1", port: 22, user: "root", machineId: null }),
    after(0, {
      type: "warning",
      code: "E_HISTORY",
      message: "the history is read-only",
      hint: "this run is not recorded",
    }),
  ];
  expect(logOf(events)).toMatchInlineSnapshot(`
    "web-01      0s  connect       answered at root@[fd00::1]:22
    run         0s  warning       E_HISTORY  the history is read-only (this run is not recorded)"
  `);
});

test("progress of one thing is told at most every ten seconds, its end always", () => {
  const host = HostName.parse("web-01");
  const progress = (seconds: number, done: number): RunEvent =>
    after(seconds, { type: "host-progress", host, phase: "copy", done, expected: 400, unit: "paths" });
  const events = [0, 1, 9, 10, 11, 21, 30].map((seconds) => progress(seconds, seconds));
  expect(logOf([...events, progress(31, 400)]).split("\n")).toHaveLength(3);
});

test("an event is one line of JSON, as it is", () => {
  const [event] = fiveHosts();
  const line = jsonLine(event!);
  expect(line.indexOf("\n")).toBe(line.length - 1);
  expect(JSON.parse(line)).toEqual(event);
});
