import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseGlob } from "./glob.ts";

const matches = (pattern: string, word: string): boolean | undefined => parseGlob(pattern)?.matches(word);

describe("parseGlob", () => {
  it.each([
    ["web", "web", true],
    ["web", "web-01", false],
    ["web.0?", "web.01", true],
    ["web.0?", "web-01", false],
    ["*", "", true],
    ["*-01", "web-01", true],
    ["w*b*1", "web-b-01", true],
    ["w*b*1", "web-02", false],
    ["**", "anything", true],
    ["web-[0-2]", "web-1", true],
    ["web-[0-2]", "web-3", false],
    ["web-[!0-2]", "web-3", true],
    ["web-[!0-2]", "web-", false],
    ["[a-]", "-", true],
    ["[-a]", "-", true],
    ["[a-c-e]", "-", true],
    ["[a-c-e]", "d", false],
    ["[]]", "]", true],
    ["[!]]", "]", false],
    ["[!]]", "a", true],
    ["[^a]", "^", true],
    ["[[]", "[", true],
    ["[\\]", "\\", true],
    ["]", "]", true],
    ["c[+][+]", "c++", true],
    ["?", "ü", true],
    ["?", "𝄞", true],
    ["[𝄞-𝄢]", "𝄡", true],
    ["a/**/b", "a/b", true],
    ["a/**/b", "a/x/y/b", true],
    ["a/**/b", "a/xb", false],
    ["**/b", "b", true],
    ["**/b", "x/b", true],
    ["**/b", "xb", false],
    ["a/**", "a/x/y", true],
  ])("%j on %j: %j", (pattern, word, expected) => {
    expect(matches(pattern, word)).toBe(expected);
  });

  it.each(["[", "[]", "[!", "[!]", "web-[01", "[z-a]", "a[b", "[]a"])("refuses %j", (pattern) => {
    expect(parseGlob(pattern)).toBeNull();
  });

  it("is a pattern where it has a wildcard", () => {
    expect(["web", "we?", "w*", "w[e]b", "w]"].map((text) => parseGlob(text)?.isPattern)).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
  });

  it("any word matches itself once its wildcards are in brackets, and nothing else", () => {
    const quoted = (word: string): string => word.replaceAll(/[*?[]/gu, "[$&]");
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (word, other) => {
        expect(matches(quoted(word), word)).toBe(true);
        expect(matches(quoted(word), other)).toBe(word === other);
        expect(matches(`${quoted(word)}*`, `${word}${other}`)).toBe(true);
        expect(matches(`*${quoted(word)}`, `${other}${word}`)).toBe(true);
      }),
    );
  });

  it("ends soon whatever the pattern", () => {
    expect(matches(`${"*a".repeat(60)}*b`, "a".repeat(250))).toBe(false);
  });
});
