import * as fc from "fast-check";
import { expect, test } from "vitest";
import { displayWidth } from "./display-width.ts";
import { wrap } from "./wrap.ts";

test("breaks between words and keeps the indentation", () => {
  expect(wrap("sshd did not answer after activation", 12)).toEqual(["sshd did not", "answer after", "activation"]);
  expect(wrap("  error: attribute missing\nat line 3", 18)).toEqual(["  error: attribute", "  missing", "at line 3"]);
  expect(wrap("a long line in a pipe", null)).toEqual(["a long line in a pipe"]);
});

test("loses no word, and is too wide only where one word is", () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,20}$/), { minLength: 1 });
  fc.assert(
    fc.property(words, fc.integer({ min: 1, max: 60 }), (all, columns) => {
      const lines = wrap(all.join(" "), columns);
      expect(lines.join(" ")).toBe(all.join(" "));
      const tooWide = lines.filter((line) => displayWidth(line) > columns);
      expect(tooWide.filter((line) => line.includes(" "))).toEqual([]);
    }),
  );
});
