// Everything that `npm test` runs, and its last line: how many passed, failed and were skipped, all taken together.
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { setUp, whyNoBed } from "../test/bed/set-up.ts";

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
async function check(name: string, ...[file, ...args]: readonly [string, ...string[]]): Promise<Count> {
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
  const exit = new Promise<boolean>((resolve) => {
    child.on("error", () => resolve(false));
    child.on("close", (status) => resolve(status === 0));
  });
  const [passed, stdout, stderr] = await Promise.all([exit, text(child.stdout), text(child.stderr)]);
  say(`${passed ? "ok    " : "FAILED"}  ${name}${passed ? "" : `\n${stdout}${stderr}`}`);
  return { passed: Number(passed), failed: Number(!passed), skipped: 0 };
}

/** One run of vitest. A run that fails without a failed test (a file that does not load, an unhandled error) counts as one. */
async function vitest(...args: readonly string[]): Promise<Count> {
  const directory = await mkdtemp(join(tmpdir(), "flotilla-test-"));
  const file = join(directory, "report.json");
  try {
    const child = spawn(
      "vitest",
      ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${file}`, ...args],
      { stdio: ["ignore", "inherit", "inherit"] },
    );
    const status = await new Promise<number | null>((resolve) => {
      child.on("error", () => resolve(null));
      child.on("close", resolve);
    });
    const report = Report.safeParse(await readFile(file, "utf8").then(JSON.parse, () => null));
    if (!report.success) return { passed: 0, failed: 1, skipped: 0 };
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = report.data;
    return {
      passed: numPassedTests,
      failed: status === 0 ? 0 : Math.max(1, numFailedTests),
      skipped: numPendingTests + numTodoTests,
    };
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function everything(bed: boolean): Promise<readonly Count[]> {
  const checks = await Promise.all([
    check("types", "tsc", "--noEmit"),
    check("lint", "oxlint", "--type-aware"),
    check("format", "oxfmt", "--check"),
  ]);
  // The program of the bed tests is the built one, as people have it.
  const build = await check("build", "node", "scripts/build.ts");
  const unit = await vitest("--project", "unit");
  return [...checks, build, unit, ...(bed ? [await vitest("--project", "bed")] : [])];
}

const asked = process.argv.slice(2);

const why = whyNoBed();
if (why === null) await setUp((line) => say(line));

const counts =
  asked.length > 0
    ? [await vitest(...(why === null ? [] : ["--project", "unit"]), ...asked)]
    : await everything(why === null);
if (why !== null) say(`left out: the bed and fault tests, because ${why}`);

const sum = (part: keyof Count): number => counts.reduce((total, count) => total + count[part], 0);
const skipped = sum("skipped");
say(`${sum("passed")} passed, ${sum("failed")} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`);
process.exitCode = sum("failed") === 0 ? 0 : 1;
