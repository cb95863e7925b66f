// How much a system takes on a host beyond the one that runs there.
import { realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import type { StorePath } from "../domain/store-path.ts";
import type { ClosurePath } from "./nix.ts";

/** Bytes in /nix of the paths that the host does not have yet. */
export function storeSpaceNeeded(system: readonly ClosurePath[], present: readonly ClosurePath[]): number {
  const there = new Set(present.map(({ path }) => path));
  return system.reduce((sum, { bytes, path }) => (there.has(path) ? sum : sum + bytes), 0);
}

/** Files that a boot loader copies out of a system into /boot. */
const bootFiles = ["kernel", "initrd"];

/** Bytes in /boot of the kernel and initrd of a system that is in the store here; null where it has none. */
export function bootSpaceNeeded(system: StorePath, present: readonly ClosurePath[]): number | null {
  const there = new Set(present.map(({ path }) => path));
  let sum: number | null = null;
  for (const name of bootFiles) {
    const file = join(system, name);
    const status = statSync(file, { throwIfNoEntry: false });
    if (status === undefined) continue;
    const storePath = /^\/nix\/store\/[^/]+/u.exec(realpathSync(file))?.[0];
    sum = (sum ?? 0) + (storePath !== undefined && there.has(storePath) ? 0 : status.size);
  }
  return sum;
}
