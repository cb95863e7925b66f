import * as fc from "fast-check";
import { expect, test } from "vitest";
import { HostName } from "../domain/host-name.ts";
import type { Phase } from "../domain/phase.ts";
import { anyEvents } from "./fixtures/any-events.ts";
import { after, fiveHosts, secondsIn } from "./fixtures/scripted-run.ts";
import { liveView } from "./live-view.ts";
import { paintFor } from "./paint.ts";
import { foldRun } from "./picture.ts";
import { countOutcomes, currentPhase, emptyRunView, logTailLength, reduceRunView } from "./run-view.ts";
import { unicodeSymbols } from "./symbols.ts";

const web = HostName.parse("web-01");

test("keeps only the tail of a host's log, and no line longer than a screen can use", () => {
  let view = emptyRunView;
  for (let index = 0; index < 1000; index += 1) {
    const line = `${index} ${"x".repeat(5000)}`;
    view = reduceRunView(view, after(index / 100, { type: "host-log", host: web, phase: "activate", line }));
  }
  const [host] = view.hosts;
  expect(host?.log).toHaveLength(logTailLength);
  expect(host?.log.at(-1)).toMatch(/^999 /);
  expect(Math.max(...(host?.log ?? []).map((line) => line.length))).toBeLessThanOrEqual(1000);
});

test("leaves the state before an event as it was", () => {
  const before = foldRun(fiveHosts().slice(0, 20));
  const copy = structuredClone(before);
  reduceRunView(before, after(3, { type: "host-log", host: web, phase: "copy", line: "new" }));
  expect(before).toEqual(copy);
});

test("shows the furthest of the phases that overlap, and before it one that failed", () => {
  const start = (phase: Phase, state: "started" | "failed" = "started") =>
    after(1, { type: "host-phase", host: web, phase, state });
  const view = foldRun([start("connect"), start("evaluate")]);
  expect(currentPhase(view.hosts[0]!)?.phase).toBe("connect");
  const failed = reduceRunView(view, start("evaluate", "failed"));
  expect(currentPhase(failed.hosts[0]!)).toMatchObject({ phase: "evaluate", state: "failed" });
});

test("a log line is shown beside the phase it belongs to, not beside a later one", () => {
  const options = { columns: 80, rows: 24, now: secondsIn(3), paint: paintFor(false), symbols: unicodeSymbols };
  const log = after(1, { type: "host-log", host: web, phase: "copy", line: "copying 12 paths" });
  const start = (phase: Phase) => after(1, { type: "host-phase", host: web, phase, state: "started" });
  expect(liveView(foldRun([start("copy"), log]), options).join()).toContain("copying 12 paths");
  expect(liveView(foldRun([start("copy"), log, start("activate")]), options).join()).not.toContain("copying 12 paths");
});

test("measures the rate of a copy", () => {
  const progress = (seconds: number, done: number) =>
    after(seconds, { type: "host-progress", host: web, phase: "copy", done, expected: 1000, unit: "bytes" });
  const view = foldRun([progress(0, 0), progress(1, 100), progress(1.1, 500), progress(2, 200)]);
  expect(view.hosts[0]?.phases[0]?.progress).toMatchObject({ done: 200, rate: 100 });
});

test("what a phase has counted to its end gives way to what it says next", () => {
  const about = { host: web, phase: "kexec" } as const;
  const sent = (done: number) =>
    after(1, { type: "host-progress", ...about, done, expected: 94, unit: "bytes", detail: "the installer is sent" });
  const waits = after(2, { type: "host-phase", ...about, state: "started", detail: "waiting" });
  expect(foldRun([sent(94), waits]).hosts[0]?.phases).toMatchObject([{ detail: "waiting", progress: null }]);
  expect(foldRun([sent(93), waits]).hosts[0]?.phases).toMatchObject([{ progress: { done: 93 } }]);
});

test("a phase that is reported after the host's end does not bring it back to life", () => {
  const events = fiveHosts();
  const view = foldRun([...events, after(30, { type: "host-phase", host: web, phase: "copy", state: "started" })]);
  expect(view.hosts[0]?.phases).toEqual([]);
  expect(view.hosts[0]?.end?.outcome).toBe("deployed");
  expect(countOutcomes(view)).toEqual(
    new Map([
      ["deployed", 3],
      ["rolled-back", 1],
      ["skipped", 1],
    ]),
  );
});

test("any events in any order give a state that can be drawn", () => {
  fc.assert(
    fc.property(anyEvents, (events) => {
      const view = foldRun(events);
      const seen = events.flatMap((event) => ("host" in event ? [event.host] : []));
      expect([...view.positions.keys()]).toEqual(expect.arrayContaining(seen));
      expect(view.positions.size).toBe(view.hosts.length);
      for (const { log } of view.hosts) expect(log.length).toBeLessThanOrEqual(logTailLength);
      liveView(view, { columns: 80, rows: 24, now: secondsIn(100), paint: paintFor(true), symbols: unicodeSymbols });
    }),
  );
});
