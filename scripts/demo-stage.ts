// What the demos have in common: they speak in one voice, run `flotilla` on the terminal of whoever watches and hold it to its exit
// status, and leave nothing behind, however they end, unless --keep is given.
import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify, styleText } from "node:util";
import { whyNoBed } from "../test/bed/set-up.ts";
import { TestBed } from "../test/bed/test-bed.ts";
import type { DemoRepository } from "./demo-repository.ts";

const root = join(import.meta.dirname, "..");
const program = [process.execPath, join(root, "dist/flotilla.js")] as const;

export const say = (line = ""): void => void process.stderr.write(`${line}\n`);
export const narrate = (sentence: string): void =>
  say(`\n${styleText("bold", `# ${sentence}`, { stream: process.stderr })}`);

class Interrupted extends Error {}

/** Ctrl-C reaches the program as well, which ends its run in its own way; the demo then goes on to clean up. */
let interrupted = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => (interrupted = true));

export function stopIfInterrupted(): void {
  if (interrupted) throw new Interrupted("interrupted");
}

/** Promise.all that does not reject before all have ended: nothing is cleared away under what still makes it. */
export async function allDone<const Values extends readonly unknown[]>(work: {
  [I in keyof Values]: Promise<Values[I]>;
}): Promise<{ -readonly [I in keyof Values]: Awaited<Values[I]> }> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

/** What a demo is played on. */
export class DemoStage {
  readonly bed: TestBed;
  /** Below it lies all that the demo writes. */
  readonly directory: string;

  private constructor(bed: TestBed, directory: string) {
    this.bed = bed;
    this.directory = directory;
  }

  static async create(): Promise<DemoStage> {
    return new DemoStage(await TestBed.create(say), await mkdtemp(join(tmpdir(), "flotilla-demo-")));
  }

  /** Runs `flotilla WORDS` in the repository, with our terminal, and holds it to the exit status that it must have. */
  async flotilla(repository: DemoRepository, words: string, mustExitWith: number): Promise<void> {
    stopIfInterrupted();
    say(`$ flotilla ${words}`);
    const status = await this.bed.controller.interactive(
      ["env", `--chdir=${repository.directory}`, ...program, ...words.split(" ")],
      {},
    );
    stopIfInterrupted();
    if (status !== mustExitWith)
      throw new Error(`\`flotilla ${words}\` ended with ${status} instead of ${mustExitWith}`);
  }

  /** How each host ended in the newest run, by the history. */
  async lastOutcomes(repository: DemoRepository): Promise<Readonly<Record<string, string>>> {
    const words = [...program, "history", "--json", "--limit", "1"] as const;
    const { stdout } = await this.bed.controller.run(words, { cwd: repository.directory });
    const rows: { host: string; outcome: string }[] = JSON.parse(stdout);
    return Object.fromEntries(rows.map(({ host, outcome }) => [host, outcome]));
  }

  /** For whoever goes on playing: a folder for the PATH in which `flotilla` is a command of its own. */
  async writeCommand(): Promise<string> {
    const bin = join(this.directory, "bin");
    await mkdir(bin);
    const byHand = `${process.execPath} ${join(root, "test/bed/bed.ts")}`;
    await writeFile(
      join(bin, "flotilla"),
      `#!/bin/sh\nexec ${byHand} controller --bed ${this.bed.number} -- ${program.join(" ")} "$@"\n`,
    );
    await chmod(join(bin, "flotilla"), 0o755);
    return bin;
  }

  async clear(): Promise<void> {
    await this.bed.destroy();
    await rm(this.directory, { recursive: true, force: true });
  }
}

export interface Demo {
  readonly setUp: (say: (line: string) => void) => Promise<void>;
  /** Plays it; what it resolves with tells, for --keep, how to play on. */
  readonly show: (stage: DemoStage) => Promise<(bin: string) => string>;
}

async function perform({ setUp, show }: Demo): Promise<void> {
  const { values } = parseArgs({ options: { keep: { type: "boolean", default: false } } });
  const why = whyNoBed();
  if (why !== null) throw new Error(`the demo cannot run here: ${why}`);
  await setUp(say);
  await promisify(execFile)(process.execPath, [join(root, "scripts/build.ts")]);
  stopIfInterrupted();

  const stage = await DemoStage.create();
  try {
    const howToPlayOn = await show(stage);
    if (!values.keep) return await stage.clear();
    await stage.bed.keep();
    const bin = await stage.writeCommand();
    say(`\n${howToPlayOn(bin)}

To take it down, from ${root}:

  npx node test/bed/bed.ts down --bed ${stage.bed.number}; rm -r ${stage.directory}`);
  } catch (error) {
    await stage.clear().catch((trouble: unknown) => say(`demo: while cleaning up: ${String(trouble)}`));
    throw error;
  }
}

/** Plays a demo to its end; the process's exit status says whether all went as it must. */
export async function playDemo(demo: Demo): Promise<void> {
  const begun = performance.now();
  try {
    await perform(demo);
    say(`\nThe demo went as it must, in ${((performance.now() - begun) / 1000).toFixed(0)} s.`);
  } catch (error) {
    say(`\ndemo: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = error instanceof Interrupted ? 130 : 1;
  }
}
