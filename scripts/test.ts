// Everything that `npm test` runs. Its last lines: what failed and why, and how many passed, failed and were skipped, all taken together.
import type { ChildProcess } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { missingTestPrograms } from "../test/bed/packages.ts";
import { setUp, whyNoBed } from "../test/bed/set-up.ts";
import { lastLines, sumOf, TestResults } from "./test-results.ts";
import { TestSurroundings } from "./test-surroundings.ts";

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** A check that passes or fails as a whole; its output is shown when it fails. */
async function check(
  surroundings: TestSurroundings,
  name: string,
  ...words: [string, ...string[]]
): Promise<TestResults> {
  const child = surroundings.start(words, ["ignore", "pipe", "pipe"]);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", (text) => (output += text));
  const passed = (await exitOf(child)) === 0;
  say(`${passed ? "ok    " : "FAILED"}  ${name}${passed ? "" : `\n${output}`}`);
  return { passed: Number(passed), skipped: 0, failures: passed ? [] : [{ name, message: output }] };
}

/** One run of vitest. */
async function vitest(surroundings: TestSurroundings, ...args: readonly string[]): Promise<TestResults> {
  const file = join(surroundings.directory, "results.json");
  await rm(file, { force: true });
  const reporters = ["--reporter=default", "--reporter=./scripts/test-results-reporter.ts"];
  const status = await exitOf(
    surroundings.start(["vitest", "run", ...reporters, ...args], ["ignore", "inherit", "inherit"], {
      FLOTILLA_TEST_RESULTS: file,
    }),
  );
  const results = TestResults.safeParse(await readFile(file, "utf8").then(JSON.parse, () => null));
  const name = ["vitest", ...args].join(" ");
  const failure = { name, message: `ended with ${status ?? "a signal"}; its output above says why` };
  if (!results.success) return { passed: 0, skipped: 0, failures: [failure] };
  const { passed, skipped, failures } = results.data;
  return { passed, skipped, failures: status !== 0 && failures.length === 0 ? [failure] : failures };
}

const exitOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.on("error", () => resolve(null)).on("close", resolve));

async function everything(surroundings: TestSurroundings, bed: boolean): Promise<readonly TestResults[]> {
  const checks = await Promise.all([
    check(surroundings, "types", "tsc", "--noEmit"),
    check(surroundings, "lint", "oxlint", "--type-aware"),
    check(surroundings, "format", "oxfmt", "--check"),
  ]);
  // The program of the bed tests is the built one, as people have it.
  const build = await check(surroundings, "build", "node", "scripts/build.ts");
  const unit = await vitest(surroundings, "--project", "unit");
  if (!bed) return [...checks, build, unit];
  const hosts = await vitest(surroundings, "--project", "bed");
  const machines = await vitest(surroundings, "--project", "machines", "--passWithNoTests");
  return [...checks, build, unit, hosts, machines];
}

/** The line for who gets fewer tests than there are; null for who gets all. */
function whatIsLeftOut(whyNot: string | null): string | null {
  const programs = missingTestPrograms();
  const parts = [
    ...(whyNot === null ? [] : [`the tests on hosts and machines, because ${whyNot}`]),
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

let results: readonly TestResults[] = [];
try {
  results =
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
  const sum = sumOf(results);
  for (const line of lastLines(sum)) say(line);
  process.exitCode = sum.failures.length === 0 ? 0 : 1;
}
