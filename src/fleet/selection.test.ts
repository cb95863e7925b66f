import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { asksFor, parseSelection, selectionOfLines } from "./selection.ts";

/** As it was read: alternatives by |, terms by &, each with its kind. */
const read = (text: string): string =>
  parseSelection(text)
    .alternatives.map((terms) =>
      terms
        .map(({ exclude, matcher }) => {
          const subject = "glob" in matcher ? `${matcher.kind} ${matcher.glob.text}` : matcher.kind;
          return `${exclude ? "not " : ""}${subject}`;
        })
        .join(" & "),
    )
    .join(" | ");

describe("parseSelection", () => {
  it.each([
    ["web-01", "name web-01"],
    ["@web+@eu,!web-03", "tag web & tag eu | not name web-03"],
    [" ! @web , db + ! @old ", "not tag web | name db & not tag old"],
    ["@failed", "failed"],
    ["!@changed+@web", "not changed & tag web"],
    ["@[f]ailed", "tag [f]ailed"],
    ["@failed*", "tag failed*"],
    ["failed", "name failed"],
    ["@c[+][+],[a,b]", "tag c[+][+] | name [a,b]"],
    ["@!x", "tag !x"],
    ["@@x", "tag @x"],
  ])("%j is %s", (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    ["", "the selection is empty"],
    [" \t", "the selection is empty"],
    [",", "empty term"],
    ["a,,b", "empty term"],
    ["a,b,", "empty term"],
    ["a++b", "empty term"],
    ["+a", "empty term"],
    ["!", "empty term"],
    ["@", "empty term"],
    ["web-[01", "not a pattern"],
    ["web-[9-1]", "not a pattern"],
    ["[,", "not a pattern"],
  ])("refuses %j: %s", (text, message) => {
    expect(() => parseSelection(text)).toThrow(
      expect.objectContaining({ code: "E_SELECTION", message: expect.stringContaining(message) }),
    );
  });

  it("reads any list of quoted terms back as it was", () => {
    const word = fc.string({ minLength: 1, unit: "grapheme" }).filter((text) => text.trim() === text);
    const quoted = (text: string): string => text.replaceAll(/[*?[+,!@]/gu, "[$&]").replaceAll("[!]", "?");
    const term = fc.record({ exclude: fc.boolean(), isTag: fc.boolean(), word: word.map(quoted) });
    const alternatives = fc.array(fc.array(term, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(alternatives, (written) => {
        const text = written
          .map((terms) => terms.map(({ exclude, isTag, word }) => `${exclude ? "!" : ""}${isTag ? "@" : ""}${word}`))
          .map((terms) => terms.join("+"))
          .join(",");
        const found = parseSelection(text).alternatives.map((terms) =>
          terms.map(({ exclude, matcher }) => ({
            exclude,
            isTag: matcher.kind === "tag",
            word: "glob" in matcher ? matcher.glob.text : matcher.kind,
          })),
        );
        expect(found).toEqual(written);
      }),
    );
  });

  it("answers every text with a selection or with E_SELECTION", () => {
    const hostile = fc.string({ unit: fc.constantFrom(...Array.from("ab01-*?[]!@,+. \\^$({|\n\u0000é")) });
    fc.assert(
      fc.property(fc.oneof(hostile, fc.string({ unit: "binary" })), (text) => {
        expect([null, "E_SELECTION"]).toContain(errorCodeOf(() => parseSelection(text)));
      }),
    );
  });
});

describe("asksFor", () => {
  it("looks at every term", () => {
    const selection = parseSelection("web-*+!@old,@failed");
    expect((["name", "tag", "failed", "changed"] as const).filter((kind) => asksFor(selection, kind))).toEqual([
      "name",
      "tag",
      "failed",
    ]);
  });
});

describe("selectionOfLines", () => {
  it.each([
    ["web-*\r\n# all of them\n\n  !web-03  # out of order\n@c#\n", "web-*,!web-03,@c#"],
    ["@web+@eu\ndb-01,db-02", "@web+@eu,db-01,db-02"],
    ["# nothing\n\n", ""],
    ["", ""],
  ])("%j is %j", (text, expected) => {
    expect(selectionOfLines(text)).toBe(expected);
  });
});

function errorCodeOf(attempt: () => void): string | null {
  try {
    attempt();
    return null;
  } catch (error) {
    if (error instanceof FlotillaError) return error.code;
    throw error;
  }
}
