// The generated pages under docs/ say what the program says today.
import { expect, test } from "vitest";
import { generatedDocs } from "../../scripts/generate-docs.ts";
import { readAsset } from "../../src/assets.ts";

test.each(Object.entries(generatedDocs()))("%s is current; if not: npm run docs", (path, text) => {
  expect(readAsset(path)).toBe(text);
});
