import fc from "fast-check";
import { expect, test } from "vitest";
import { readSpellings } from "./spellings.ts";

const flags = new Map([
  ["apply", new Set(["--flake", "--option", "--no-substitute", "--show-trace"])],
  ["deploy", new Set(["--flake", "--ask", "--targets", "--nix-argument"])],
  ["rebuild", new Set(["--flake", "--file"])],
]);
const read = (...line: readonly string[]) => readSpellings(line, (command) => flags.get(command) ?? new Set());

test.each([
  [
    ["-f", "hive.nix", "apply"],
    ["apply", "-f", "hive.nix"],
  ],
  [
    ["--config=x", "--show-trace", "--nix-option", "a", "b", "apply", "push"],
    "apply --flake=x --show-trace --option a b push".split(" "),
  ],
  [
    ["apply", "--config", "x", "--no-substitutes"],
    ["apply", "--flake", "x", "--no-substitute"],
  ],
  [
    ["deploy", "--interactive", "--file", "x"],
    ["deploy", "--ask", "--flake", "x"],
  ],
  [
    ["rebuild", "--file", "x"],
    ["rebuild", "--file", "x"],
  ],
  [
    ["hosts", "--file", "x"],
    ["hosts", "--file", "x"],
  ],
  [
    ["upload-keys", "--on", "x"],
    ["keys", "--on", "x"],
  ],
  [
    ["deploy", "--targets", "a", "b", "--ask"],
    ["deploy", "--targets=a", "--targets=b", "--ask"],
  ],
  [
    ["deploy", "--targets", "a"],
    ["deploy", "--targets=a"],
  ],
  [
    ["deploy", "--targets"],
    ["deploy", "--targets"],
  ],
  [
    ["deploy", "a", "--", "--impure", "-L"],
    ["deploy", "a", "--nix-argument=--impure", "--nix-argument=-L"],
  ],
  [
    ["exec", "--", "--config", "--color", "x"],
    ["exec", "--", "--config", "--color", "x"],
  ],
  [[], []],
  [["--help"], ["--help"]],
  [["--version"], ["--version"]],
  [["--config"], ["--config"]],
  [
    ["-f", "x"],
    ["-f", "x"],
  ],
])("%j is %j", (line, words) => {
  expect(read(...line).words).toEqual(words);
});

test.each([
  [["hosts", "--color", "always"], "always"],
  [["--color=never", "hosts"], "never"],
  [["hosts", "--color", "auto"], null],
  [["hosts"], null],
])("%j has the colours %j", (line, colours) => {
  expect(read(...line)).toEqual({ words: ["hosts"], colours });
});

test("no word is lost, none is made up, and nothing after -- is read", () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom("constructor", "__proto__", "--config", "-f", "--targets", "apply"),
  );
  fc.assert(
    fc.property(
      fc.array(word.filter((text) => text !== "--" && !text.startsWith("--color"))),
      fc.array(fc.string()),
      (before, after) => {
        const { words } = read("hosts", ...before, "--", ...after);
        expect(words).toEqual(["hosts", ...before, "--", ...after]);
      },
    ),
  );
});
