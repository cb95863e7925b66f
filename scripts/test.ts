// Everything that `npm test` runs, and its last line: how many passed, failed and were skipped, all taken together.
import type { ChildProcess } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { missingTestPrograms } from "../test/bed/packages.ts";
import { setUp, whyNoBed } from "../test/bed/set-up.ts";
import { TestSurroundings } from "./test-surroundings.ts";

interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** What vitest's JSON report says at its top. */
const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
});

/** A check that passes or fails as a whole; its output is shown when it fails. */
async function check(surroundings: TestSurroundings, name: string, ...words: [string, ...string[]]): Promise<Count> {
  const child = surroundings.start(words, ["ignore", "pipe", "pipe"]);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", (text) => (output += text));
  const passed = (await exitOf(child)) === 0;
  say(`${passed ? "ok    " : "FAILED"}  ${name}${passed ? "" : `\n${output}`}`);
  return { passed: Number(passed), failed: Number(!passed), skipped: 0 };
}

/** One run of vitest. A run that fails without a failed test (a file that does not load, an unhandled error) counts as one. */
async function vitest(surroundings: TestSurroundings, ...args: readonly string[]): Promise<Count> {
  const file = join(surroundings.directory, "report.json");
  await rm(file, { force: true });
  const status = await exitOf(
    surroundings.start(
      ["vitest", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${file}`, ...args],
      ["ignore", "inherit", "inherit"],
    ),
  );
  const report = Report.safeParse(await readFile(file, "utf8").then(JSON.parse, () => null));
  if (!report.success) return { passed: 0, failed: 1, skipped: 0 };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = report.data;
  return {
    passed: numPassedTests,
    failed: status === 0 ? 0 : Math.max(1, numFailedTests),
    skipped: numPendingTests + numTodoTests,
  };
}

const exitOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.on("error", () => resolve(null)).on("close", resolve));

async function everything(surroundings: TestSurroundings, bed: boolean): Promise<readonly Count[]> {
  const checks = await Promise.all([
    check(surroundings, "types", "tsc", "--noEmit"),
    check(surroundings, "lint", "oxlint", "--type-aware"),
    check(surroundings, "format", "oxfmt", "--check"),
  ]);
  // The program of the bed tests is the built one, as people have it.
  const build = await check(surroundings, "build", "node", "scripts/build.ts");
  const unit = await vitest(surroundings, "--project", "unit");
  return [...checks, build, unit, ...(bed ? [await vitest(surroundings, "--project", "bed")] : [])];
}

/** The line for who gets fewer tests than there are; null for who gets all. */
function whatIsLeftOut(whyNot: string | null): string | null {
  const programs = missingTestPrograms();
  const parts = [
    ...(whyNot === null ? [] : [`the bed and fault tests, because ${whyNot}`]),
    ...(programs.length === 0 ? [] : [`the unit tests that want ${programs.join(", ")}, because they are not here`]),
  ];
  return parts.length === 0 ? null : `left out: ${parts.join("; ")}`;
}

const asked = process.argv.slice(2);
const why = whyNoBed();
if (why === null) await setUp(say, { forTests: true });

const surroundings = await TestSurroundings.create({ bed: why === null });
let interrupted = false;
const interrupt = (): void => {
  interrupted = true;
  surroundings.kill();
};
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupt);
// npm hands a signal on to the shell that it runs us in, and that shell dies of it without a word to us.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && interrupt(), 500).unref();

let counts: readonly Count[] = [];
try {
  counts =
    asked.length > 0
      ? [await vitest(surroundings, ...(why === null ? [] : ["--project", "unit"]), ...asked)]
      : await everything(surroundings, why === null);
} catch (error) {
  if (!interrupted) throw error;
} finally {
  await surroundings.clear();
}

if (interrupted) {
  say("interrupted");
  process.exitCode = 130;
} else {
  const leftOut = whatIsLeftOut(why);
  if (leftOut !== null) say(leftOut);
  const sum = (part: keyof Count): number => counts.reduce((total, count) => total + count[part], 0);
  const skipped = sum("skipped");
  say(`${sum("passed")} passed, ${sum("failed")} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`);
  process.exitCode = sum("failed") === 0 ? 0 : 1;
}
