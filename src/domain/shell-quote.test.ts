import { spawnSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FlotillaError } from "./flotilla-error.ts";
import { shellQuote } from "./shell-quote.ts";

/** Shells the words have to survive; those that are not installed are named in the skipped test. */
const shells = ["dash", "bash", "busybox sh", "zsh", "fish"];

const nasty = fc.constantFrom("'", '"', "\\", "\n", "$", "`", "!", "*", "~", "\r", "\t", " ", "\\'", "$(x)", "é", "😀");
const word = fc.string({ unit: fc.oneof(nasty, fc.string({ unit: "binary", maxLength: 1 })) }).map(withoutNul);
const words = fc.array(word, { minLength: 1, maxLength: 30 });

describe.each(shells)("%s", (name) => {
  const [shell = name, ...first] = name.split(" ");
  const installed = spawnSync(shell, [...first, "-c", ":"]).error === undefined;

  it.skipIf(!installed)(`gives the words back unchanged${installed ? "" : ` (${shell} is not installed)`}`, () => {
    fc.assert(
      fc.property(words, (list) => {
        const line = `printf '%s\\0' ${shellQuote(list)}`;
        const { stdout } = spawnSync(shell, [...first, "-c", line], { encoding: "utf8" });
        expect(stdout).toBe(list.map((each) => `${each}\0`).join(""));
      }),
      { numRuns: 40 },
    );
  });
});

describe("shellQuote", () => {
  it.each([
    [["echo", "a-b_c", "/x.y:z,1@2%3+4"], "echo a-b_c /x.y:z,1@2%3+4"],
    [["echo", ""], "echo ''"],
    [["it's"], "'it'\\''s'"],
    [["a\\b"], "'a'\\\\'b'"],
    [["A=b", "x"], "'A=b' x"],
    [["if", "true"], "'if' true"],
    [["~", "*.nix"], "'~' '*.nix'"],
  ])("%j becomes %s", (list, line) => {
    expect(shellQuote(list)).toBe(line);
  });

  it("rejects a NUL byte", () => {
    expect(() => shellQuote(["a\0b"])).toThrow(FlotillaError);
  });
});

function withoutNul(text: string): string {
  return text.replaceAll("\0", "");
}
