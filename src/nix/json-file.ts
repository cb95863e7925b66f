// Small JSON files that are a cache: written whole or not at all, and worth nothing when they cannot be read.
import { randomUUID } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import type { z } from "zod";

/** What the file holds; null when it is missing, broken, or of another shape. */
export async function readJson<T>(file: string, shape: z.ZodType<T>): Promise<T | null> {
  try {
    const parsed = shape.safeParse(JSON.parse(await readFile(file, "utf8")));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Replaces the file in one step. A cache that cannot be written is no reason to fail: then nothing is kept. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  try {
    await writeFile(draft, JSON.stringify(value), { mode: 0o600 });
    await rename(draft, file);
  } catch {
    await rm(draft, { force: true }).catch(() => {});
  }
}
