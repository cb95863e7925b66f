// Everything that `npm test` runs. Its last lines: what failed and why, and how many passed, failed and were skipped, all taken together.
import type { ChildProcess } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { removeAbandonedBundles } from "../test/bundle.ts";
import { missingTestPrograms } from "../test/bed/packages.ts";
import { setUp, whyNoBed } from "../test/bed/set-up.ts";
import { lastLines, sumOf, TestResults } from "./test-results.ts";
import { installTestPackages } from "./test-set-up.ts";
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

/** One run of vitest. Beside others its output comes line by line, so that no two are mixed in one. */
async function vitest(
  surroundings: TestSurroundings,
  name: string,
  args: readonly string[],
  { beside }: { readonly beside: boolean },
): Promise<TestResults> {
  const file = join(surroundings.directory, `${name}.json`);
  const reporters = ["--reporter=default", "--reporter=./scripts/test-results-reporter.ts"];
  const child = surroundings.start(
    ["vitest", "run", ...reporters, ...args],
    ["ignore", beside ? "pipe" : "inherit", beside ? "pipe" : "inherit"],
    { FLOTILLA_TEST_RESULTS: file },
  );
  for (const stream of [child.stdout, child.stderr])
    if (stream !== null) createInterface({ input: stream }).on("line", say);
  const status = await exitOf(child);
  const results = TestResults.safeParse(await readFile(file, "utf8").then(JSON.parse, () => null));
  const failure = {
    name: ["vitest", ...args].join(" "),
    message: `ended with ${status ?? "a signal"}; its output above says why`,
  };
  if (!results.success) return { passed: 0, skipped: 0, failures: [failure] };
  const { passed, skipped, failures } = results.data;
  return { passed, skipped, failures: status !== 0 && failures.length === 0 ? [failure] : failures };
}

const exitOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.on("error", () => resolve(null)).on("close", resolve));

/**
 * All of it, side by side: much of what tests do is wait, for hosts to start and for a guard's patience to end. Emulated
 * machines are not among it, since they take all that processors have: `npm run test:machines`.
 */
async function everything(surroundings: TestSurroundings, bed: boolean): Promise<readonly TestResults[]> {
  const project = (name: string): Promise<TestResults> =>
    vitest(surroundings, name, ["--project", name, "--passWithNoTests"], { beside: true });
  const unit = project("unit");
  const checks = [
    check(surroundings, "types", "tsc", "--noEmit"),
    check(surroundings, "lint", "oxlint", "--type-aware"),
    check(surroundings, "format", "oxfmt", "--check"),
    check(surroundings, "build", "node", "scripts/build.ts"),
  ];
  if (!bed) return Promise.all([...checks, unit]);
  const hostsAreMade = made("the test bed", () => setUp(say, { forTests: true }));
  const hosts = hostsAreMade.then((isMade) => (isGood(isMade) ? project("bed") : nothing));
  return Promise.all([...checks, unit, hostsAreMade, hosts]);
}

const nothing: TestResults = { passed: 0, skipped: 0, failures: [] };
const isGood = ({ failures }: TestResults): boolean => failures.length === 0;

/** A part of the set-up: not counted when it went well. */
async function made(what: string, work: () => Promise<void>): Promise<TestResults> {
  try {
    await work();
    return nothing;
  } catch (error) {
    return { ...nothing, failures: [{ name: `set-up of ${what}`, message: String(error) }] };
  }
}

/** The line for who gets fewer tests than there are; null for who gets all. */
function whatIsLeftOut(whyNot: string | null): string | null {
  const programs = missingTestPrograms();
  const parts = [
    ...(whyNot === null ? [] : [`the tests on hosts, because ${whyNot}`]),
    ...(programs.length === 0 ? [] : [`the unit tests that want ${programs.join(", ")}, because they are not here`]),
  ];
  return parts.length === 0 ? null : `left out: ${parts.join("; ")}`;
}

const asked = process.argv.slice(2);
const why = whyNoBed();
if (why === null) await installTestPackages(say);

const surroundings = await TestSurroundings.create({ bed: why === null });
let interrupted = false;
const interruption = Promise.withResolvers<readonly TestResults[]>();
const interrupt = (): void => {
  interrupted = true;
  surroundings.kill();
  interruption.resolve([]);
};
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupt);
// npm hands a signal on to the shell that it runs us in, and that shell dies of it without a word to us.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && interrupt(), 500).unref();

async function whatIsAsked(words: readonly string[], bed: boolean): Promise<readonly TestResults[]> {
  if (words.length === 0) return everything(surroundings, bed);
  return [await vitest(surroundings, "asked", [...(bed ? [] : ["--project", "unit"]), ...words], { beside: false })];
}

let results: readonly TestResults[] = [];
try {
  results = await Promise.race([whatIsAsked(asked, why === null), interruption.promise]);
} finally {
  await surroundings.clear();
  await removeAbandonedBundles();
}

if (interrupted) {
  say("interrupted");
  // A set-up may be under way; what it has started ends with us.
  process.exit(130);
} else {
  const leftOut = whatIsLeftOut(why);
  if (leftOut !== null) say(leftOut);
  const sum = sumOf(results);
  for (const line of lastLines(sum)) say(line);
  process.exitCode = sum.failures.length === 0 ? 0 : 1;
}
