// A reporter for vitest that writes the results of its run as JSON to the file in $FLOTILLA_TEST_RESULTS: what passed, and what failed and why.
import { writeFile } from "node:fs/promises";
import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { Reporter, TestModule } from "vitest/node";
import type { Failure, TestResults } from "./test-results.ts";

type RunEnd = Parameters<NonNullable<Reporter["onTestRunEnd"]>>;
type TestRunError = RunEnd[1][number];

export default class TestResultsReporter implements Reporter {
  async onTestRunEnd(...[modules, unhandled, reason]: RunEnd): Promise<void> {
    const file = process.env["FLOTILLA_TEST_RESULTS"];
    if (file === undefined) return;
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const failures = [
      ...modules.flatMap(failuresOf),
      ...unhandled.map((error) => ({ name: "an error outside of all tests", message: textOf([error]) })),
    ];
    if (reason === "failed" && failures.length === 0)
      failures.push({ name: "vitest", message: "it calls the run failed and says of no test why" });
    const results: TestResults = {
      passed: tests.filter((test) => test.result().state === "passed").length,
      skipped: tests.filter((test) => test.result().state === "skipped").length,
      failures,
    };
    await writeFile(file, JSON.stringify(results));
  }
}

/** A file that does not load, a hook of a suite, a test: each by its name. */
function failuresOf(module: TestModule): readonly Failure[] {
  const file = `${module.project.name}  ${relative(process.cwd(), module.moduleId)}`;
  const suites = [...module.children.allSuites()].flatMap((suite) =>
    suite.errors().map((error) => ({ name: `${file} > ${suite.fullName}`, message: textOf([error]) })),
  );
  const tests = [...module.children.allTests()].flatMap((test) => {
    const result = test.result();
    return result.state === "failed" ? [{ name: `${file} > ${test.fullName}`, message: textOf(result.errors) }] : [];
  });
  return [...module.errors().map((error) => ({ name: file, message: textOf([error]) })), ...suites, ...tests];
}

function textOf(errors: readonly TestRunError[]): string {
  const parts = errors.flatMap(({ message, diff, stacks }) => {
    const at = stacks?.[0];
    const place = at === undefined ? [] : [`at ${relative(process.cwd(), at.file)}:${at.line}`];
    return [message, ...(typeof diff === "string" ? [diff] : []), ...place];
  });
  return stripVTControlCharacters(parts.join("\n"));
}
