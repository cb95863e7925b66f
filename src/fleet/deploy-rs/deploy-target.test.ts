import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FlotillaError } from "../../domain/flotilla-error.ts";
import { parseDeployTarget } from "./deploy-target.ts";

describe("a target of deploy-rs", () => {
  it.each([
    [".", ".", null, null],
    ["", ".", null, null],
    ["#web", ".", "web", null],
    ["../fleet", "../fleet", null, null],
    ["../fleet#", "../fleet", null, null],
    ["github:ana/infra#web.system", "github:ana/infra", "web", "system"],
    ['.#web."something.nix"', ".", "web", "something.nix"],
    ['.#"web.example".system', ".", "web.example", "system"],
    [".#web-01", ".", "web-01", null],
    [".#01", ".", "01", null],
    ['.#"ana@laptop"', ".", "ana@laptop", null],
  ])("%s", (text, flake, node, profile) => {
    expect(parseDeployTarget(text)).toEqual({ flake, node, profile });
  });

  it.each([".#a.b.c", ".#a.", ".#.a", ".#a b", '.#"a', '.#""', '.#a.""', '.#"${a}"', String.raw`.#"\""`, ".#10.0.0.1"])(
    "%s is none",
    (text) => {
      expect(() => parseDeployTarget(text)).toThrow(expect.objectContaining({ code: "E_USAGE" }));
    },
  );

  it("says what was written, or that it is not understood", () => {
    const name = fc.string({ minLength: 1 }).filter((text) => !/["\\$]/u.test(text));
    fc.assert(
      fc.property(fc.string(), name, fc.option(name), (flake, node, profile) => {
        fc.pre(!flake.includes("#"));
        const text = `${flake}#"${node}"${profile === null ? "" : `."${profile}"`}`;
        expect(parseDeployTarget(text)).toEqual({ flake: flake || ".", node, profile });
      }),
    );
    const outcome = (text: string): unknown => {
      try {
        return parseDeployTarget(text);
      } catch (error) {
        return error;
      }
    };
    fc.assert(
      fc.property(fc.string(), (text) => {
        const result = outcome(text);
        expect(!(result instanceof Error) || result instanceof FlotillaError).toBe(true);
      }),
    );
  });
});
