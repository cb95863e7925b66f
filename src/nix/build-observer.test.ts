import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { BuildObserver } from "./build-observer.ts";
import { parseNixLogLine } from "./internal-json.ts";

/** A build of three systems, of which one needs a derivation that fails. */
function replay(recording: string) {
  const progress: { done: number; expected: number; running: readonly string[] }[] = [];
  const log: string[] = [];
  let advances = 0;
  const observer = new BuildObserver({
    onProgress: (report) => progress.push(report),
    onLog: (derivation, line) => log.push(`${derivation}> ${line}`),
    onAdvance: () => (advances += 1),
  });
  const text = readFileSync(new URL(`fixtures/${recording}`, import.meta.url), "utf8");
  for (const line of text.trimEnd().split("\n")) {
    const message = parseNixLogLine(line);
    if (message !== null) observer.take(message);
  }
  return { observer, progress, log, advances };
}

describe("BuildObserver", () => {
  test.each(["build-with-failure-2.26.log", "build-with-failure-2.8.log"])("follows %s", (recording) => {
    const { observer, progress, log, advances } = replay(recording);
    expect(progress.at(-1)).toEqual({ done: 3, expected: 3, running: [] });
    expect(progress.map(({ running }) => running)).toContainEqual(["bad"]);
    expect(log).toContain("bad> the compiler is sad");
    expect(advances).toBeGreaterThanOrEqual(3);
    const failed = [...observer.failed.values()];
    expect(failed).toHaveLength(1);
    expect(failed[0]?.derivation).toMatch(/-bad\.drv$/u);
    expect(failed[0]?.message).toContain("failed with exit code 3");
    expect(failed[0]?.log.at(-1)).toBe("the compiler is sad");
  });

  it("reports no state twice", () => {
    const { progress } = replay("build-with-failure-2.26.log");
    const texts = progress.map((report) => JSON.stringify(report));
    expect(texts.filter((text, index) => text === texts[index - 1])).toEqual([]);
  });

  it("tells a failed derivation from those that needed it, in the words of Nix 2.31 too", () => {
    const observer = new BuildObserver({ onProgress() {}, onLog() {}, onAdvance() {} });
    const drv = (name: string) => `/nix/store/${"0".repeat(32)}-${name}.drv`;
    observer.take({
      action: "msg",
      level: 0,
      msg: `error: Cannot build '${drv("bad")}'.\n       Reason: builder failed with exit code 1.`,
    });
    observer.take({
      action: "msg",
      level: 0,
      msg: `error: Cannot build '${drv("top")}'.\n       Reason: 1 dependency failed.\n       Output paths:`,
    });
    expect([...observer.failed.keys()]).toEqual([drv("bad")]);
  });

  it("holds a bounded part of an endless log", () => {
    const observer = new BuildObserver({ onProgress() {}, onLog() {}, onAdvance() {} });
    const derivation = `/nix/store/${"0".repeat(32)}-chatty.drv`;
    observer.take({ action: "start", id: 1, type: 105, text: "", fields: [derivation] });
    for (let line = 0; line < 10_000; line++)
      observer.take({ action: "result", id: 1, type: 101, fields: [`line ${line}`] });
    observer.take({ action: "msg", level: 0, msg: `error: builder for '${derivation}' failed with exit code 1` });
    expect([...observer.failed.values()][0]?.log).toHaveLength(25);
  });
});
