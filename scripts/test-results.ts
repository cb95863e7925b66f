// What came out of a part of the test run, and how it is said at the end: failures once more, because of a long output often only
// the tail is kept, and then the sum.
import { z } from "zod";

const Failure = z.object({
  /** What failed: a test with its file and suites, a file, a check. */
  name: z.string(),
  /** Why, in a few lines. */
  message: z.string(),
});
export type Failure = z.infer<typeof Failure>;

export const TestResults = z.object({
  passed: z.number(),
  skipped: z.number(),
  failures: z.array(Failure),
});
export type TestResults = z.infer<typeof TestResults>;

const linesOfOneFailure = 20;

/** All parts as one. */
export function sumOf(parts: readonly TestResults[]): TestResults {
  return {
    passed: parts.reduce((sum, { passed }) => sum + passed, 0),
    skipped: parts.reduce((sum, { skipped }) => sum + skipped, 0),
    failures: parts.flatMap(({ failures }) => failures),
  };
}

/** The last lines of a run: each failure with its message, cut where it is long, and `N passed, N failed[, N skipped]`. */
export function lastLines({ passed, skipped, failures }: TestResults): readonly string[] {
  const shown = failures.flatMap(({ name, message }) => {
    const lines = message.trimEnd().split("\n");
    const left = lines.length - linesOfOneFailure;
    const kept = lines.slice(0, linesOfOneFailure).map((line) => `        ${line}`);
    return [`FAILED  ${name}`, ...kept, ...(left > 0 ? [`        … ${left} more lines, above`] : [])];
  });
  return [...shown, `${passed} passed, ${failures.length} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`];
}
