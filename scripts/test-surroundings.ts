// Where the programs of a test run live: everything that they start or write is gone when the run has ended, in whichever way.
import { type ChildProcess, spawn, type StdioOptions } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ControlGroup } from "../test/bed/cgroup.ts";
import { TestBed } from "../test/bed/test-bed.ts";
import { waitUntil } from "../test/bed/wait-until.ts";

export class TestSurroundings {
  /** Their TMPDIR. */
  readonly directory: string;
  private readonly group: ControlGroup | null;
  private killed = false;
  private readonly running = new Set<ChildProcess>();

  private constructor(directory: string, group: ControlGroup | null) {
    this.directory = directory;
    this.group = group;
  }

  /** @param bed whether this machine can hold beds; without one there is no control group, and what leaves its process group stays */
  static async create({ bed }: { readonly bed: boolean }): Promise<TestSurroundings> {
    const directory = await mkdtemp(join(tmpdir(), "flotilla-test-"));
    // Tests have programs of other users.
    await chmod(directory, 0o755);
    await mkdir(join(directory, "run"), { mode: 0o700 });
    const group = bed ? new ControlGroup(`flotilla-test-${process.pid}`) : null;
    await group?.create();
    return new TestSurroundings(directory, group);
  }

  /** Throws once they are killed. */
  start(
    words: readonly [string, ...string[]],
    stdio: StdioOptions,
    environment: Readonly<Record<string, string>> = {},
  ): ChildProcess {
    if (this.killed) throw new Error("the test run is over");
    const [file, ...args] = [...(this.group?.enter ?? []), ...words];
    // A process group of its own: Ctrl-C is for us, who have to clear away.
    const own = { TMPDIR: this.directory, XDG_RUNTIME_DIR: join(this.directory, "run") };
    const env = { ...process.env, ...own, ...environment };
    const child = spawn(file ?? "", args, { stdio, env, detached: true });
    this.running.add(child);
    child.once("close", () => this.running.delete(child)).once("error", () => this.running.delete(child));
    return child;
  }

  /** Ends at once what still runs, and lets nothing start any more. */
  kill(): void {
    this.killed = true;
    this.group?.kill();
    for (const { pid } of this.running) if (pid !== undefined) killProcessGroup(pid);
  }

  /** Leaves no process, bed or file. */
  async clear(): Promise<void> {
    const ended = [...this.running].map((child) => once(child, "close"));
    this.kill();
    await Promise.all(ended);
    if (this.group !== null) {
      const { group } = this;
      await waitUntil("the end of what the tests started", async () => !group.isPopulated(), { deadline: 10_000 });
      group.remove();
      await TestBed.clearAbandoned();
    }
    await rm(this.directory, { recursive: true, force: true });
  }
}

function killProcessGroup(id: number): void {
  try {
    process.kill(-id, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}
