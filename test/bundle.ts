// The bed's tests run the program that people get: the bundle. Each run of tests has one of its own, which nobody changes meanwhile.
import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { bundle } from "../scripts/build.ts";

const root = join(import.meta.dirname, "..");
/** Beside dist/: the program finds its files one level above itself. */
const prefix = "dist.test-";

/** vitest runs this before the tests' processes, which see where the bundle is; what it returns runs after them. */
export async function setup(): Promise<() => Promise<void>> {
  await removeAbandonedBundles();
  const directory = join(root, `${prefix}${process.pid}`);
  await bundle(directory);
  process.env["FLOTILLA_TEST_BUNDLE"] = directory;
  return () => rm(directory, { recursive: true });
}

/** Of runs that were killed. */
export async function removeAbandonedBundles(): Promise<void> {
  const names = (await readdir(root)).filter((name) => name.startsWith(prefix));
  const abandoned = names.filter((name) => !existsSync(`/proc/${name.slice(prefix.length)}`));
  await Promise.all(abandoned.map((name) => rm(join(root, name), { recursive: true, force: true })));
}
