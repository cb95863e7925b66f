// The peak memory of a program of Node's, its children apart, as the kernel counts it (VmHWM).
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** What the measured program's environment needs; it writes the file as it ends. */
export function peakMemoryEnvironment(file: string): Readonly<Record<string, string>> {
  return { NODE_OPTIONS: `--require=${join(import.meta.dirname, "peak-memory.cjs")}`, PEAK_MEMORY_FILE: file };
}

/** Bytes. */
export async function readPeakMemory(file: string): Promise<number> {
  const status = await readFile(file, "utf8");
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kibibytes === undefined) throw new Error(`${file}: no VmHWM in\n${status}`);
  return Number(kibibytes) * 1024;
}
