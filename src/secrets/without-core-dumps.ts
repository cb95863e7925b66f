// Keeps secrets out of core dumps: what this program and the programs that it starts hold in memory goes into none.
import { writeFileSync } from "node:fs";

/**
 * Tells Linux to leave all memory out of a core dump of this process and of those that it starts from now on: it is
 * inherited, across execve too. Elsewhere nothing is done: macOS writes core dumps only where somebody asked for them.
 *
 * @see core(5), "Controlling which mappings are written to the core dump"
 */
export function withoutCoreDumps(platform: NodeJS.Platform = process.platform): void {
  if (platform !== "linux") return;
  try {
    writeFileSync("/proc/self/coredump_filter", "0");
  } catch {
    // A kernel without core dumps has no such file, and a container may forbid to write it.
  }
}
