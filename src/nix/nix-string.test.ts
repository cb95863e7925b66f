import { spawnSync } from "node:child_process";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { nixString } from "./nix-string.ts";

test.each([
  ["plain", '"plain"'],
  ['a "quoted" word', '"a \\"quoted\\" word"'],
  ["${interpolated}", '"\\${interpolated}"'],
  ["$${both}", '"$\\${both}"'],
  ["back\\slash", '"back\\\\slash"'],
  ["$HOME", '"$HOME"'],
  ["a\r\nb", '"a\\r\nb"'],
])("%j becomes %j", (text, literal) => {
  expect(nixString(text)).toBe(literal);
});

const nasty = fc.constantFrom('"', "\\", "$", "${", "$${", "}", "''", "\r", "\n", "\t", "''${", "#", "/*", "é", "😀");
const text = fc.string({ unit: fc.oneof(nasty, fc.string({ unit: "binary", maxLength: 1 })) });
const evaluate = (expression: string) =>
  spawnSync("nix-instantiate", ["--eval", "--strict", "--json", "-"], { input: expression, encoding: "utf8" });
const installed = evaluate("1").status === 0;

test.skipIf(!installed)(`Nix reads back any text${installed ? "" : " (it is not installed)"}`, () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 20, maxLength: 40 }), (texts) => {
      const known = texts.map((each) => each.replaceAll("\0", ""));
      const { stdout } = evaluate(`[ ${known.map(nixString).join(" ")} ]`);
      expect(JSON.parse(stdout)).toEqual(known);
    }),
    { numRuns: 10 },
  );
});
