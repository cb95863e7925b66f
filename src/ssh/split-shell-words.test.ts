import * as fc from "fast-check";
import { expect, it } from "vitest";
import { shellQuote } from "../domain/shell-quote.ts";
import { splitShellWords } from "./split-shell-words.ts";

it.each([
  ["", []],
  ["  -p  22\t-v\n", ["-p", "22", "-v"]],
  ["-o 'ProxyCommand=nc %h 22'", ["-o", "ProxyCommand=nc %h 22"]],
  ['-o "User=a b" \'\' x\\ y "q\\"\\n"', ["-o", "User=a b", "", "x y", 'q"\\n']],
])("splits %j", (text, words) => {
  expect(splitShellWords(text)).toEqual(words);
});

it("undoes shellQuote", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme" })), (words) => {
      expect(splitShellWords(shellQuote(words))).toEqual(words);
    }),
  );
});

it("rejects a quote that is not closed", () => {
  expect(() => splitShellWords("-o 'User=a")).toThrow("a quote is not closed");
});
