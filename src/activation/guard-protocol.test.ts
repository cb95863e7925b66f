import fc from "fast-check";
import { expect, test } from "vitest";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { parseGuardLine } from "./guard-protocol.ts";

test.each([
  ["flotilla-guard 1 00000001", { type: "greeting", run: "00000001" }],
  ["S activating", { type: "state", state: "activating", detail: null }],
  ["S awaiting-confirm 30", { type: "state", state: "awaiting-confirm", detail: "30" }],
  ["N a remark", { type: "note", text: "a remark" }],
  ["L O deployed - ", { type: "log", text: "O deployed - " }],
  ["L ", { type: "log", text: "" }],
  ["A", { type: "alive" }],
  ["W", { type: "under-way" }],
  ["O deployed - ", { type: "end", outcome: "deployed", code: null, message: null }],
  ["O rolled-back E_HEALTH it is ill", { type: "end", outcome: "rolled-back", code: "E_HEALTH", message: "it is ill" }],
  ["E E_LOCKED run 00000002 holds it", { type: "error", code: "E_LOCKED", message: "run 00000002 holds it" }],
  ["Welcome to web-01", null],
  ["", null],
])("reads %j", (line, read) => {
  expect(parseGuardLine(line)).toEqual(read);
});

test.each([
  "flotilla-guard 2 00000001",
  "flotilla-guard 1 ../etc",
  "S dreaming",
  "O splendid - ",
  "O failed E_UNHEARD_OF x",
  "E toString x",
])("does not understand %j", (line) => {
  expect(() => parseGuardLine(line)).toThrow(FlotillaError);
});

test("whatever is printed, a log line stays a log line", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(parseGuardLine(`L ${text}`)).toEqual({ type: "log", text });
    }),
  );
});
