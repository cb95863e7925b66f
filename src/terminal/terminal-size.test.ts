import { expect, test } from "vitest";
import { styleFor } from "./style.ts";
import { terminalSize } from "./terminal-size.ts";
import type { TerminalStream } from "./view-ports.ts";

const write = () => true;

test("a terminal has the size that it says", () => {
  expect(terminalSize({ write, columns: 132, rows: 50 })).toEqual({ columns: 132, rows: 50 });
});

test.each<[string, TerminalStream]>([
  ["without a size", { write, isTTY: true }],
  ["of no columns and no rows", { write, isTTY: true, columns: 0, rows: 0 }],
])("a terminal %s is taken for 80 by 24", (_, stream) => {
  expect(terminalSize(stream)).toEqual({ columns: 80, rows: 24 });
  expect(styleFor(stream, { plain: false, env: {} }).columns).toBe(80);
});
