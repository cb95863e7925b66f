import fc from "fast-check";
import { expect, test } from "vitest";
import { joinFlagPairs } from "./pair-flags.ts";

test("two words become one, as JSON", () => {
  expect(joinFlagPairs(["deploy", "--option", "cores", "2", "--on", "web"])).toEqual([
    "deploy",
    '--option=["cores","2"]',
    "--on",
    "web",
  ]);
  expect(joinFlagPairs(["--override-input", "nixpkgs", "path:/a\nb"])).toEqual([
    '--override-input=["nixpkgs","path:/a\\nb"]',
  ]);
});

test("a value may be empty or begin with a dash, a name may not", () => {
  expect(joinFlagPairs(["--option", "builders", ""])).toEqual(['--option=["builders",""]']);
  expect(joinFlagPairs(["--option", "flags", "-O2"])).toEqual(['--option=["flags","-O2"]']);
  expect(() => joinFlagPairs(["--option", "--json", "x"])).toThrow("--option takes two words: --option NAME VALUE");
});

test.each([[["--option"]], [["--option", "a"]], [["--option", "a", "--"]]])("%j lacks a word", (words) => {
  expect(() => joinFlagPairs(words)).toThrow(expect.objectContaining({ code: "E_USAGE" }));
});

test("whatever the words, those after -- stay, and so do all where no pair flag is", () => {
  const words = fc.array(fc.oneof(fc.string(), fc.constantFrom("--option", "--", "deploy", "constructor")));
  fc.assert(
    fc.property(words, (after) => {
      expect(joinFlagPairs(["exec", "--", ...after])).toEqual(["exec", "--", ...after]);
      const plain = after.filter((word) => word !== "--option");
      expect(joinFlagPairs(plain)).toEqual(plain);
    }),
  );
});

test("any pair comes back as it was", () => {
  const name = fc.string({ minLength: 1 }).filter((word) => !word.startsWith("-"));
  const value = fc.string().filter((word) => word !== "--");
  fc.assert(
    fc.property(name, value, (first, second) => {
      const [joined = ""] = joinFlagPairs(["--option", first, second]);
      expect(joined.includes("\n")).toBe(false);
      expect(JSON.parse(joined.slice("--option=".length))).toEqual([first, second]);
    }),
  );
});
