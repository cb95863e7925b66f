// Measures the program against the bare commands and against a peer, in one run, and prints the ratios with what they are
// made of. docs/bench.md says how to read them.
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { setUp, whyNoBed } from "../test/bed/set-up.ts";
import { BenchFleet } from "./bench-fleet.ts";
import { changed, realWeight } from "./changed.ts";
import { latency } from "./latency.ts";
import { manyHosts } from "./many-hosts.ts";
import { detailLines, findingsTable, type Report } from "./report.ts";
import { startup } from "./startup.ts";
import { unchanged } from "./unchanged.ts";

const usage = `npm run bench -- [--quick] [--hosts N] [NAME…]

  NAME       startup, unchanged, changed, latency, many-hosts; all of them unless told
  --quick    few rounds: to see that it works, not for numbers to quote
  --hosts N  hosts of \`unchanged\` and \`changed\`; 10 unless told
`;

const say = (line = ""): void => void process.stdout.write(`${line}\n`);
const tell = (line: string): void => void process.stderr.write(`${line}\n`);
const execute = promisify(execFile);
const root = join(import.meta.dirname, "..");

const names = ["startup", "unchanged", "changed", "latency", "many-hosts"] as const;
type Name = (typeof names)[number];

interface Options {
  readonly quick: boolean;
  readonly hosts: number;
  readonly chosen: ReadonlySet<Name>;
}

function parseOptions(): Options | null {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: "boolean", default: false },
      hosts: { type: "string", default: "10" },
      help: { type: "boolean", default: false },
    },
  });
  const unknown = positionals.filter((word) => !names.some((name) => name === word));
  const hosts = Number(values.hosts);
  if (values.help || unknown.length > 0 || !Number.isInteger(hosts) || hosts < 1) {
    tell(usage);
    process.exitCode = values.help ? 0 : 2;
    return null;
  }
  const chosen = positionals.length === 0 ? names : names.filter((name) => positionals.includes(name));
  return { quick: values.quick, hosts, chosen: new Set(chosen) };
}

/** The package as people get it, unpacked where nobody builds while it is measured. */
async function install(directory: string): Promise<string> {
  const { stdout } = await execute("npm", ["pack", "--silent", "--pack-destination", directory], { cwd: root });
  await execute("tar", [
    "--extract",
    "--file",
    join(directory, stdout.trim().split("\n").at(-1) ?? ""),
    "--directory",
    directory,
  ]);
  return join(directory, "package/dist/flotilla.js");
}

async function withFleet<Result>(
  options: Parameters<typeof BenchFleet.create>[0],
  work: (fleet: BenchFleet) => Promise<Result>,
): Promise<Result> {
  tell(`bringing up ${options.hosts} hosts …`);
  const fleet = await BenchFleet.create(options);
  try {
    return await work(fleet);
  } finally {
    await fleet.destroy();
  }
}

async function measure({ chosen, hosts, quick }: Options, program: string): Promise<readonly Report[]> {
  const reports: Report[] = [];
  const measured = async (name: Name, work: () => Promise<Report>): Promise<void> => {
    if (!chosen.has(name)) return;
    tell(`measuring ${name} …`);
    const report = await work();
    reports.push(report);
    for (const line of detailLines(report)) say(line);
    say();
  };
  await measured("startup", () => startup(program, quick ? 5 : 31));
  if (chosen.has("unchanged") || chosen.has("changed")) {
    await withFleet({ hosts, program }, async (fleet) => {
      await measured("unchanged", () => unchanged(fleet, quick ? 2 : 9));
      await measured("changed", () => changed(fleet, quick ? 1 : 5, 0));
      await measured("changed", () => changed(fleet, quick ? 1 : 5, realWeight));
    });
  }
  if (chosen.has("latency")) {
    await withFleet({ hosts: 3, program, host: { cable: {} } }, (fleet) =>
      measured("latency", () => latency(fleet, quick ? 1 : 5)),
    );
  }
  await measured("many-hosts", () => manyHosts(program, quick ? 100 : 500));
  return reports;
}

function describeMachine(): string {
  const [load = 0] = loadavg();
  const cores = availableParallelism();
  const busy = load > cores / 4 ? "; it was busy with other things: the numbers are not to be quoted" : "";
  return `${cores} cores, load ${load.toFixed(1)} at the start${busy}`;
}

async function main(): Promise<void> {
  const options = parseOptions();
  if (options === null) return;
  const why = whyNoBed();
  if (why !== null) throw new Error(`the benchmarks cannot run here: ${why}`);
  await setUp(tell);
  const directory = await mkdtemp(join(tmpdir(), "flotilla-bench-"));
  try {
    const machine = describeMachine();
    say(`machine: ${machine}${options.quick ? "; --quick: few rounds" : ""}\n`);
    const reports = await measure(options, await install(directory));
    for (const line of findingsTable(reports)) say(line);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  tell(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
