import * as fc from "fast-check";
import { expect, test } from "vitest";
import { displayWidth } from "./display-width.ts";
import { paintFor } from "./paint.ts";
import { asciiSymbols, unicodeSymbols } from "./symbols.ts";
import { table } from "./table.ts";

const style = { symbols: unicodeSymbols, paint: paintFor(false), columns: null };
const columns = [
  { header: "host" },
  { header: "state" },
  { header: "generation", align: "right" },
  { header: "target" },
] as const;
const rows = [
  ["web-01", "running", "41", "root@10.0.3.11"],
  ["db-01", { text: "degraded", tone: "bad" }, "7", null],
  ["日本", "running", "112", "deploy@db.example.org:2222"],
] as const;

test("columns line up, numbers at their right, and what is missing is a dash", () => {
  expect(table(columns, rows, style).join("\n")).toMatchInlineSnapshot(`
    "HOST    STATE     GENERATION  TARGET
    web-01  running           41  root@10.0.3.11
    db-01   degraded           7  –
    日本    running          112  deploy@db.example.org:2222"
  `);
});

test("on a narrow terminal the widest column gives way", () => {
  expect(table(columns, rows, { ...style, columns: 44 }).join("\n")).toMatchInlineSnapshot(`
    "HOST    STATE     GENERATION  TARGET
    web-01  running           41  root@10.0.3.11
    db-01   degraded           7  –
    日本    running          112  deploy@db.exa…"
  `);
});

test("nothing is cut in a pipe, nothing is wider than a terminal", () => {
  const cell = fc.string({ unit: "binary" });
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell, cell, cell)), fc.integer({ min: 1, max: 200 }), (cells, width) => {
      for (const line of table(columns, cells, { ...style, columns: width, symbols: asciiSymbols })) {
        expect(displayWidth(line)).toBeLessThanOrEqual(width);
      }
    }),
  );
  const long = "x".repeat(5000);
  expect(table([{ header: "path" }], [[long]], style)[1]).toBe(long);
});
