// What --store-paths names: paths of the store, or links to them, as `nix build` leaves them behind.
import { readlink } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { StorePath } from "../domain/store-path.ts";
import type { InstallOptions } from "../install/install-options.ts";

/**
 * Follows the links. What they lead to need not be there: it can be copied from another store.
 *
 * @throws FlotillaError E_USAGE where one leads out of the store
 * @example await builtPaths({ disko: "./result-disko", system: "./result" }, "/home/ana/infra")
 */
export async function builtPaths(
  given: { readonly disko: string; readonly system: string } | null,
  directory: string,
): Promise<InstallOptions["storePaths"]> {
  if (given === null) return null;
  const [disko, system] = [await inStore(given.disko, directory), await inStore(given.system, directory)];
  return { disko, system };
}

/** Links to links, before it is said that they lead nowhere. */
const mostLinks = 40;

async function inStore(text: string, directory: string): Promise<StorePath> {
  let path = resolve(directory, text);
  for (let links = 0; links < mostLinks; links += 1) {
    const target = await readlink(path).catch(() => null);
    if (target === null) break;
    path = resolve(dirname(path), target);
  }
  const parsed = StorePath.safeParse(path);
  if (parsed.success) return parsed.data;
  throw new FlotillaError("E_USAGE", `--store-paths: ${text} is no path in /nix/store, and no link to one`, {
    hint: "give what `nix build --print-out-paths` prints, or the link that it leaves",
  });
}
