import * as fc from "fast-check";
import { expect, test } from "vitest";
import { displayWidth } from "./display-width.ts";
import { paintFor } from "./paint.ts";
import { asciiSymbols, unicodeSymbols } from "./symbols.ts";
import { type Cell, type Column, table } from "./table.ts";

type Cells = readonly [Cell, Cell, Cell, Cell];

const style = { symbols: unicodeSymbols, paint: paintFor(false), columns: null };
const columns: readonly Column<Cells>[] = [
  { header: "host", cell: (row) => row[0] },
  { header: "state", cell: (row) => row[1] },
  { header: "generation", align: "right", cell: (row) => row[2] },
  { header: "target", cell: (row) => row[3] },
];
const rows: readonly Cells[] = [
  ["web-01", "running", "41", "root@10.0.3.11"],
  ["db-01", { text: "degraded", tone: "bad" }, "7", null],
  ["日本", "running", "112", "deploy@db.example.org:2222"],
];

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

test("a column that has nothing to say is left out", () => {
  expect(table(columns, [["web-01", null, "", null]], style)).toEqual(["HOST", "web-01"]);
  expect(table(columns, [], style)).toEqual(["HOST  STATE  GENERATION  TARGET"]);
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
  expect(table([{ header: "path", cell: (path) => path }], [long], style)[1]).toBe(long);
});
