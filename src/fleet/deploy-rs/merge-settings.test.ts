import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GenericSettings } from "./deploy-rs-settings.ts";
import { mergeSettings } from "./merge-settings.ts";

const option = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const settings: fc.Arbitrary<GenericSettings> = fc.record({
  sshUser: option(fc.constantFrom("ana", "root", null)),
  user: option(fc.constantFrom("bob", "root")),
  sshOpts: option(fc.array(fc.constantFrom("-4", "-C", "-p"))),
  magicRollback: option(fc.boolean()),
  confirmTimeout: option(fc.nat()),
});

describe("merging the levels of deploy-rs", () => {
  it("has its defaults", () => {
    expect(mergeSettings([{}, {}, {}])).toEqual({
      sshUser: null,
      user: null,
      sshOpts: [],
      fastConnection: false,
      autoRollback: true,
      magicRollback: true,
      confirmTimeout: 30,
      activationTimeout: 240,
      sudo: null,
      remoteBuild: false,
      interactiveSudo: false,
    });
  });

  it("keeps the first that is set, also when it is false", () => {
    const levels = [{ user: null }, { user: "bob", magicRollback: false }, { user: "eve", magicRollback: true }];
    expect(mergeSettings(levels)).toMatchObject({ user: "bob", magicRollback: false });
  });

  it("joins ssh's options, the innermost first", () => {
    fc.assert(
      fc.property(fc.array(settings), (levels) => {
        expect(mergeSettings(levels).sshOpts).toEqual(levels.flatMap(({ sshOpts }) => sshOpts ?? []));
      }),
    );
  });

  it("lets the operator replace everything, ssh's options too", () => {
    const operator = { sshOpts: ["-p", "2222"], sshUser: "eve", confirmTimeout: 5 };
    fc.assert(
      fc.property(fc.array(settings), (levels) => {
        expect(mergeSettings(levels, operator)).toMatchObject(operator);
      }),
    );
  });
});
