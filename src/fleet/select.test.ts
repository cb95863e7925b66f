import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { mayBeMeant, select, type Selectable } from "./select.ts";
import { everyHost, parseSelection } from "./selection.ts";

const host = (name: string, tags: readonly string[] | null, facts: Partial<Selectable> = {}): Selectable => ({
  name,
  tags,
  failed: false,
  changed: false,
  ...facts,
});
const fleet = [
  host("web-01", ["web", "eu"], { failed: true }),
  host("web-02", ["web", "us"], { changed: true }),
  host("web.03", ["web", "old"]),
  host("db-01", ["db", "eu"], { failed: true, changed: true }),
  host("ns", []),
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
    ["@web+@eu", "web-01"],
    ["@web+!web-02", "web-01 web.03"],
    ["@web+@eu,ns", "web-01 ns"],
    ["@eu+@web,@us+web-*", "web-01 web-02"],
    ["!@web+!ns", "db-01"],
    ["*,!@web+!ns", "db-01"],
    ["!@web+@eu", "db-01"],
    ["@failed", "web-01 db-01"],
    ["!@failed", "web-02 web.03 ns"],
    ["@changed+!@failed", "web-02"],
    ["ns,@changed", "web-02 db-01 ns"],
  ])("%s selects %s", (text, expected) => {
    expect(named(text)).toBe(expected);
  });

  it.each([
    ["web-01,!web-01", undefined],
    ["@us+@eu", undefined],
    ["ns+@failed", "@failed means hosts whose newest run did not end well; a tag of that name is written @[f]ailed"],
    [
      "@old+@changed",
      "@changed means hosts that run something else than they are configured to; a tag of that name is written @[c]hanged",
    ],
  ])("refuses %j, which leaves nothing", (text, hint) => {
    expect(refused(text)).toMatchObject({ code: "E_SELECTION", message: expect.stringContaining("no host is left") });
    expect(refused(text).hint).toBe(hint);
  });

  it.each([
    [1, null, "web-01 web-02 web.03 db-01 ns"],
    [2, null, "web-01 web.03 ns"],
    [1, 2, "web-01 web-02"],
    [2, 2, "web-01 web.03"],
    [9, 9, "web-01"],
  ])("keeps each %jth, and %j of them", (every, limit, expected) => {
    const kept = select({ ...everyHost, every, limit }, fleet);
    expect(kept.map(({ name }) => name).join(" ")).toBe(expected);
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

  it("means rather than leaves out where something is not known", () => {
    const unknown = [host("a", null, { changed: null }), host("b", ["web"]), host("c", [])];
    const meant = (text: string): string =>
      select(parseSelection(text), unknown)
        .map(({ name }) => name)
        .join(" ");
    expect(meant("@web")).toBe("a b");
    expect(meant("!@web")).toBe("a c");
    expect(meant("@changed")).toBe("a");
    expect(meant("!@changed")).toBe("a b c");
    expect(meant("@web,!a")).toBe("b");
  });
});

describe("select, for any fleet", () => {
  const word = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,6}$/u);
  const anyHost: fc.Arbitrary<Selectable> = fc.record({
    name: word,
    tags: fc.array(word, { maxLength: 3 }),
    failed: fc.boolean(),
    changed: fc.boolean(),
  });
  const anyFleet = fc
    .uniqueArray(anyHost, {
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

  it("an algebra of sets: comma is union, plus is intersection, ! is complement", () => {
    const term = fc.constantFrom("*", "@*", "@failed", "@changed", "[a-m]*", "@[a-m]*", "*1*");
    fc.assert(
      fc.property(anyFleet, term, term, ([hosts], left, right) => {
        const meant = (text: string): readonly Selectable[] => mayBeMeant(parseSelection(text), hosts);
        const [inLeft, inRight] = [meant(left), meant(right)];
        expect(meant(`${left},${right}`)).toEqual(hosts.filter((one) => inLeft.includes(one) || inRight.includes(one)));
        expect(meant(`${left}+${right}`)).toEqual(inLeft.filter((one) => inRight.includes(one)));
        expect(meant(`!${left}`)).toEqual(hosts.filter((one) => !inLeft.includes(one)));
        expect(meant(`${left}+!${right}`)).toEqual(meant(`${left},!${right}`));
        expect(meant(`!${left}+!${right}`)).toEqual(meant(`!${left},!${right}`));
      }),
    );
  });

  it("learning more never brings a host in that was out before", () => {
    const text = fc.constantFrom("@a*", "!@a*", "@failed+@[a-m]*", "!@changed,@*", "@a*+!@changed");
    fc.assert(
      fc.property(anyFleet, text, fc.boolean(), fc.boolean(), ([hosts], text, tags, changed) => {
        const before = hosts.map((one) => ({
          ...one,
          tags: tags ? null : one.tags,
          changed: changed ? null : one.changed,
        }));
        const possible = mayBeMeant(parseSelection(text), before).map(({ name }) => name);
        const meant = mayBeMeant(parseSelection(text), hosts).map(({ name }) => name);
        expect(possible).toEqual(expect.arrayContaining(meant));
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
