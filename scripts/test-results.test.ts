import { expect, test } from "vitest";
import { lastLines, sumOf } from "./test-results.ts";

test("what failed is said again before the sum, with its message", () => {
  const lines = lastLines(
    sumOf([
      { passed: 3, skipped: 1, failures: [{ name: "unit  src/a.test.ts > adds", message: "expected 1 to be 2\n" }] },
      { passed: 1, skipped: 1, failures: [] },
    ]),
  );
  expect(lines).toEqual([
    "FAILED  unit  src/a.test.ts > adds",
    "        expected 1 to be 2",
    "4 passed, 1 failed, 2 skipped",
  ]);
});

test("one long message does not push the others out of the tail", () => {
  const lines = lastLines({ passed: 0, skipped: 0, failures: [{ name: "a", message: "line\n".repeat(500) }] });
  expect(lines).toHaveLength(23);
  expect(lines.at(-2)).toBe("        … 480 more lines, above");
  expect(lines.at(-1)).toBe("0 passed, 1 failed");
});
