import { expect, test } from "vitest";
import { nixString } from "./nix-string.ts";

test.each([
  ["plain", '"plain"'],
  ['a "quoted" word', '"a \\"quoted\\" word"'],
  ["${interpolated}", '"\\${interpolated}"'],
  ["$${both}", '"$\\${both}"'],
  ["back\\slash", '"back\\\\slash"'],
  ["$HOME", '"$HOME"'],
])("%s becomes %s", (text, literal) => {
  expect(nixString(text)).toBe(literal);
});
