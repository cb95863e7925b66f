import * as fc from "fast-check";
import { expect, test } from "vitest";
import { FakeProcess } from "./fixtures/fake-process.ts";
import { FakeScreen } from "./fixtures/fake-screen.ts";
import { FakeTimers } from "./fixtures/fake-timers.ts";
import { LiveTerminal } from "./live-terminal.ts";

function start(frame: (size: { columns: number; rows: number }) => readonly string[], screen = new FakeScreen(20, 8)) {
  const process = new FakeProcess();
  const timers = new FakeTimers();
  const terminal = new LiveTerminal({ stream: screen, process, timers, frame });
  return { screen, process, timers, terminal };
}

test("draws a frame in the place of the one before", () => {
  let lines = ["one", "two", "three"];
  const { screen, timers, terminal } = start(() => lines);
  timers.advance(100);
  expect(screen.lines()).toEqual(["one", "two", "three"]);
  lines = ["uno", "due"];
  terminal.changed();
  timers.advance(100);
  expect(screen.lines()).toEqual(["uno", "due"]);
});

test("a line as wide as the terminal keeps its last character", () => {
  const { screen, timers } = start(() => ["12345678901234567890"]);
  timers.advance(100);
  expect(screen.lines()).toEqual(["12345678901234567890"]);
});

test("lines above stay, and the frame moves down", () => {
  const { screen, timers, terminal } = start(() => ["frame"]);
  timers.advance(100);
  terminal.printAbove(["web-04 failed"]);
  timers.advance(100);
  expect(screen.lines()).toEqual(["web-04 failed", "frame"]);
  terminal.close();
  expect(screen.lines()).toEqual(["web-04 failed"]);
  expect(screen.cursorVisible).toBe(true);
});

test("whatever is printed above and drawn, what was printed is read in order and the last frame stands below", () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.array(fc.record({ above: words, frame: words }), { minLength: 1, maxLength: 12 }), (steps) => {
      let lines: readonly string[] = [];
      const { screen, timers, terminal } = start(() => lines);
      for (const { above, frame } of steps) {
        lines = frame;
        terminal.printAbove(above);
        timers.advance(100);
      }
      expect(screen.lines()).toEqual([...steps.flatMap(({ above }) => above), ...lines]);
    }),
  );
});

test("erases what something else wrote below the frame", () => {
  const { screen, timers, terminal } = start(() => [String(timers.now())]);
  timers.advance(100);
  screen.write("root@web-01's password: ");
  terminal.changed();
  timers.advance(1000);
  expect(screen.lines().join()).not.toContain("password");
});

test("writes nothing while nothing changes", () => {
  const { screen, timers, terminal } = start(() => ["the same"]);
  timers.advance(100);
  const before = screen.written;
  terminal.changed();
  timers.advance(5000);
  expect(screen.written).toBe(before);
});

test("draws anew for another size, also where the terminal broke long lines into several", () => {
  const { screen, timers } = start(({ columns }) => ["x".repeat(columns), "end"]);
  timers.advance(100);
  screen.resize(10, 8);
  timers.advance(100);
  expect(screen.lines()).toEqual(["xxxxxxxxxx", "end"]);
});

test("gives the cursor back when the program exits", () => {
  const { screen, process, timers } = start(() => ["frame"]);
  timers.advance(100);
  expect(screen.cursorVisible).toBe(false);
  process.emit("exit");
  expect(screen.cursorVisible).toBe(true);
});

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s that nobody else handles still ends the program", (signal) => {
  const { screen, process } = start(() => ["frame"]);
  process.emit(signal);
  expect(screen.cursorVisible).toBe(true);
  expect(process.sent).toEqual([signal]);
});

test("a signal that the run handles is left to it, and the view goes on", () => {
  const { screen, process } = start(() => ["frame"]);
  process.on("SIGINT", () => {});
  process.emit("SIGINT");
  expect(screen.cursorVisible).toBe(false);
  expect(process.sent).toEqual([]);
});

test("steps aside while suspended, and draws below what came in between", () => {
  const { screen, process, timers } = start(() => ["frame"]);
  timers.advance(100);
  process.emit("SIGTSTP");
  expect(screen.cursorVisible).toBe(true);
  expect(process.sent).toEqual(["SIGSTOP"]);
  screen.write("$ fg\n");
  process.emit("SIGCONT");
  timers.advance(100);
  expect(screen.lines()).toEqual(["frame", "$ fg", "frame"]);
  expect(screen.cursorVisible).toBe(false);
});

test("lets go of the process and the timer when closed", () => {
  const { process, timers, terminal } = start(() => ["frame"]);
  terminal.close();
  terminal.close();
  expect(process.listeners()).toBe(0);
  expect(timers.running()).toBe(0);
});
