import { stripVTControlCharacters } from "node:util";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { finalReport } from "./final-report.ts";
import { anyEvents } from "./fixtures/any-events.ts";
import { linesAbove } from "./lines-above.ts";
import { paintFor } from "./paint.ts";
import { foldRun } from "./picture.ts";
import { plainLog } from "./plain-log.ts";
import { drawLine } from "./styled-line.ts";
import { asciiSymbols, unicodeSymbols } from "./symbols.ts";

const style = { symbols: unicodeSymbols, paint: paintFor(false), columns: null };

test("a line is cut before it is coloured, and the mark takes the colour of what it cut", () => {
  const line = [{ text: "web-01  " }, { text: "failed", tone: "bad" }, { text: "  because" }] as const;
  expect(drawLine(line, { ...style, columns: 12 })).toBe("web-01  fai…");
  expect(drawLine(line, { ...style, paint: paintFor(true), columns: 12 })).toBe("web-01  \u001b[31mfai…\u001b[39m");
});

test("a line ends with its last word, and an empty piece carries no colour", () => {
  const line = [{ text: "web-01  " }, { text: "   ", tone: "bad" }, { text: "" }] as const;
  expect(drawLine(line, { ...style, paint: paintFor(true) })).toBe("web-01");
});

test("whatever hosts, builds and configurations say, no rendering passes on what steers a terminal", () => {
  fc.assert(
    fc.property(anyEvents, fc.constantFrom(asciiSymbols, unicodeSymbols), (events, symbols) => {
      const coloured = { symbols, paint: paintFor(true), columns: null };
      const view = foldRun(events);
      const line = plainLog({ style: coloured, verbose: true });
      const shown = [
        ...events.map((event) => line(event) ?? ""),
        ...events.flatMap((event) => linesAbove(event, view, { style: coloured, verbose: true })),
        ...finalReport(view, coloured),
      ];
      // Our own colours apart, which end where they began.
      for (const text of shown) expect(stripVTControlCharacters(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      const own = /\u001b\[\d+m/g; // oxlint-disable-line no-control-regex -- the sequences that are looked for
      expect(shown.join("").replaceAll(own, "")).not.toContain("\u001b");
    }),
  );
});
