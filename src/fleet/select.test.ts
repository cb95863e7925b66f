import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { everyHost, needsTags, parseSelection, select } from "./select.ts";

const fleet = [
  { name: "web-01", tags: ["web", "eu"] },
  { name: "web-02", tags: ["web", "us"] },
  { name: "web.03", tags: ["web", "old"] },
  { name: "db-01", tags: ["db", "eu"] },
  { name: "ns", tags: [] },
];
const named = (text: string): string =>
  select(parseSelection(text), fleet)
    .map((host) => host.name)
    .join(" ");
const refused = (text: string): FlotillaError => {
  try {
    named(text);
  } catch (error) {
    if (error instanceof FlotillaError) return error;
    throw error;
  }
  throw new Error(`"${text}" was accepted`);
};

describe("select", () => {
  it.each([
    ["web-01", "web-01"],
    ["db-01,web-01", "web-01 db-01"],
    [" ns , db-01 ", "db-01 ns"],
    ["web-*", "web-01 web-02"],
    ["web?03", "web.03"],
    ["web.0?", "web.03"],
    ["web-0[1]", "web-01"],
    ["web-0[!1]", "web-02"],
    ["[a-d]*", "db-01"],
    ["@web", "web-01 web-02 web.03"],
    ["@?b", "db-01"],
    ["@eu,ns", "web-01 db-01 ns"],
    ["!ns", "web-01 web-02 web.03 db-01"],
    ["!@web", "db-01 ns"],
    ["@web,!@old", "web-01 web-02"],
    ["! @web,! ns", "db-01"],
    ["*", "web-01 web-02 web.03 db-01 ns"],
  ])("%s selects %s", (text, expected) => {
    expect(named(text)).toBe(expected);
  });

  it.each([
    ["", "the selection is empty"],
    ["  ", "the selection is empty"],
    ["web-01,,ns", "empty term"],
    ["!", "empty term"],
    ["@", "empty term"],
    ["web-[01", "not a pattern"],
    ["web-[9-1]", "not a pattern"],
    ["web-01,!web-01", "leaves out every host"],
  ])("refuses %j: %s", (text, message) => {
    expect(refused(text)).toMatchObject({ code: "E_SELECTION", message: expect.stringContaining(message) });
  });

  it.each([
    ["wbe-01", "did you mean web-01?"],
    ["@wbe", "did you mean @web?"],
    ["web-01,!dv-01", "did you mean db-01?"],
    ["old", "old is a tag; did you mean @old?"],
    ["@web-01", "web-01 is a host; did you mean it without the @?"],
    ["mailserver", "hosts: web-01, web-02, web.03, db-01, ns; a tag begins with @"],
    ["mail-*", "hosts: web-01, web-02, web.03, db-01, ns; a tag begins with @"],
    ["@production", "tags: @web, @eu, @us, @old, @db"],
  ])("says of the unknown %s: %s", (text, hint) => {
    expect(refused(text)).toMatchObject({ code: "E_SELECTION", hint });
  });

  it("means every host without terms, also in an empty fleet", () => {
    expect(select(everyHost, fleet)).toEqual(fleet);
    expect(select(everyHost, [])).toEqual([]);
  });

  it("asks for tags only where a term is about tags", () => {
    expect(needsTags(everyHost)).toBe(false);
    expect(needsTags(parseSelection("web-*,!ns"))).toBe(false);
    expect(needsTags(parseSelection("web-*,!@old"))).toBe(true);
  });
});

describe("select, for any fleet", () => {
  const word = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,6}$/u);
  const anyFleet = fc
    .uniqueArray(fc.record({ name: word, tags: fc.array(word, { maxLength: 3 }) }), {
      selector: (host) => host.name,
      minLength: 2,
      maxLength: 12,
    })
    .chain((hosts) => fc.tuple(fc.constant(hosts), fc.subarray(hosts, { minLength: 1, maxLength: hosts.length - 1 })));

  it("a list of names selects exactly those, and its negation exactly the others", () => {
    fc.assert(
      fc.property(anyFleet, ([hosts, some]) => {
        const names = some.map((host) => host.name);
        expect(select(parseSelection(names.join(",")), hosts)).toEqual(hosts.filter((host) => some.includes(host)));
        expect(select(parseSelection(names.map((name) => `!${name}`).join(",")), hosts)).toEqual(
          hosts.filter((host) => !some.includes(host)),
        );
      }),
    );
  });

  it("never selects what an exclusion matches, whatever stands before or after it", () => {
    fc.assert(
      fc.property(anyFleet, fc.boolean(), ([hosts, some], first) => {
        const out = some.map((host) => `!${host.name}`);
        const terms = first ? [...out, "*"] : ["*", ...out];
        expect(select(parseSelection(terms.join(",")), hosts).filter((host) => some.includes(host))).toEqual([]);
      }),
    );
  });

  it("answers every text with hosts of the fleet or with E_SELECTION", () => {
    const text = fc.string({ unit: fc.constantFrom(...Array.from("ab01-*?[]!@,. \\^$+({|")) });
    fc.assert(
      fc.property(anyFleet, text, ([hosts], selection) => {
        const code = errorCodeOf(() => {
          const selected = select(parseSelection(selection), hosts);
          expect(selected.length).toBeGreaterThan(0);
          expect(selected.every((host) => hosts.includes(host))).toBe(true);
        });
        expect([null, "E_SELECTION"]).toContain(code);
      }),
    );
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
