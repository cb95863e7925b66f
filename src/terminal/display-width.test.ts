import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { displayWidth, padEnd, padStart, truncate } from "./display-width.ts";
import { printable, printableLines } from "./printable.ts";

test.each([
  ["", 0],
  ["web-01", 6],
  ["naïve", 5],
  ["nai\u0308ve", 5],
  ["日本語", 6],
  ["한국어", 6],
  ["ｆｕｌｌ", 8],
  ["✔ ● ○ ↺ ✘ │ █░", 14],
  ["🚀", 2],
])("%j takes %i columns", (text, width) => {
  expect(displayWidth(text)).toBe(width);
});

test("no character that can be printed is wider than node's own Unicode data says it is measured here", () => {
  const node = createInterface({ input: Readable.from([]) });
  const tooNarrow: string[] = [];
  for (let code = 0x20; code <= 0x3fffd; code += 1) {
    const character = String.fromCodePoint(code);
    if (printable(character) !== character || !/^\p{Assigned}$/u.test(character) || /\p{M}/u.test(character)) continue;
    // node measures what a character is composed to, and some are only taken apart by that.
    if (character.normalize("NFC") !== character) continue;
    node.setPrompt(character);
    if (displayWidth(character) < node.getCursorPos().cols) tooNarrow.push(`U+${code.toString(16)}`);
  }
  node.close();
  expect(tooNarrow).toEqual([]);
});

test("cuts between characters, never inside a wide one", () => {
  expect(truncate("sshd did not answer", 10, "…")).toBe("sshd did …");
  expect(truncate("日本語", 4, "…")).toBe("日…");
  expect(truncate("abc", 2, "...")).toBe("ab");
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.nat(30), (raw, columns) => {
      const text = printable(raw);
      expect(displayWidth(truncate(text, columns, "…"))).toBeLessThanOrEqual(columns);
    }),
  );
});

test("pads by width", () => {
  expect(padEnd("日本", 6)).toBe("日本  ");
  expect(padStart("9.8s", 6)).toBe("  9.8s");
});

test.each([
  ["plain", "plain"],
  ["\u001b[31mred\u001b[0m", "red"],
  ["\u001b]0;a new title\u0007text", "text"],
  ["\u001b]8;;http://evil\u001b\\link\u001b]8;;\u001b\\", "link"],
  ["copying 10%\rcopying 55%\r", "copying 55%"],
  ["a\tb", "a b"],
  ["\u0007\u0008\u007f\u009b", ""],
  ["user\u202egnp.exe", "usergnp.exe"],
])("%j is printed as %j", (raw, shown) => {
  expect(printable(raw)).toBe(shown);
});

test("nothing that is printed can steer the terminal", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (raw) => {
      expect(printable(raw)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
});

test("a text is taken apart into lines, without empty ones at its end", () => {
  expect(printableLines("one\n\n  two \n\n")).toEqual(["one", "", "  two"]);
});
