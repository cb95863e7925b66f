// The control groups of a bed: one group per host and per cable below one per bed, so that freezing and killing reach all of them at once.
import { existsSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

/** Where cgroup2 is mounted: alone on current machines, beside version 1 on others. */
export function cgroupRoot(): string {
  const mounts = readFileSync("/proc/mounts", "utf8").split("\n");
  const mount = mounts.map((line) => line.split(" ")).find((fields) => fields[2] === "cgroup2");
  if (mount?.[1] === undefined)
    throw new Error(
      "the test bed needs cgroup2, and none is mounted here: mount -t cgroup2 none /sys/fs/cgroup/unified",
    );
  return mount[1];
}

export class ControlGroup {
  readonly name: string;
  readonly path: string;

  /** @param name relative to the root, such as flotilla-bed-1/web-01 */
  constructor(name: string) {
    this.name = name;
    this.path = join(cgroupRoot(), name);
  }

  async create(): Promise<void> {
    await mkdir(this.path, { recursive: true });
  }

  /** The words to put before a command so that it starts inside. */
  get enter(): readonly [string, ...string[]] {
    return ["sh", "-c", 'echo $$ >"$0/cgroup.procs" && exec "$@"', this.path];
  }

  /** Whether any process is left, here or below. */
  isPopulated(): boolean {
    return this.read("cgroup.events").includes("populated 1");
  }

  /** Ids of the processes in this very group, or in one below it. */
  processes(below = "."): readonly number[] {
    return this.read(join(below, "cgroup.procs")).split("\n").filter(Boolean).map(Number);
  }

  /** SIGKILL to all at once. Remove the group before it is used again: Linux may kill what is later started in it, too. */
  kill(): void {
    if (existsSync(this.path)) writeFileSync(join(this.path, "cgroup.kill"), "1");
  }

  freeze(frozen: boolean): void {
    writeFileSync(join(this.path, "cgroup.freeze"), frozen ? "1" : "0");
  }

  /** Removes the empty group and those below, also what systemd-nspawn made of the same name in version 1's hierarchy. */
  remove(): void {
    removeDirectories(this.path);
    removeDirectories(join("/sys/fs/cgroup/systemd", this.name));
  }

  private read(file: string): string {
    try {
      return readFileSync(join(this.path, file), "utf8");
    } catch {
      return "";
    }
  }
}

function removeDirectories(path: string): void {
  if (!existsSync(path)) return;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) removeDirectories(join(path, entry.name));
  }
  rmdirSync(path);
}
