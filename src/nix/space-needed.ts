// How much a system takes on a host beyond the one that runs there, as far as the store here knows both.
import { statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { StorePath } from "../domain/store-path.ts";
import type { Runner } from "../process/runner.ts";
import { deadlines, nixCommand, nixStoreCommand } from "./nix-command.ts";
import type { NixSettings, SpaceNeeded } from "./nix.ts";

const Size = z.object({ narSize: z.number() });

/** `nix path-info --json`: a list with the paths in it before 2.19, an object by path since; null for what is not there. */
const PathInfos = z.union([
  z
    .array(Size.extend({ path: z.string() }))
    .transform((list) => new Map(list.map(({ path, narSize }) => [path, narSize]))),
  z
    .record(z.string(), Size.nullable())
    .transform((infos) => new Map(Object.entries(infos).map(([path, info]) => [path, info?.narSize ?? 0]))),
]);

/** Files that a boot loader copies out of a system into /boot. */
const bootFiles = ["kernel", "initrd"];

/**
 * Bytes in /nix of the paths that the previous system does not have, and in /boot of a kernel and initrd that it does
 * not have. What cannot be known is null: a system that is not in the store here, or runs without a kernel of its own.
 */
export async function spaceNeeded(
  runner: Runner,
  settings: NixSettings,
  system: StorePath,
  previous: StorePath | null,
  signal: AbortSignal,
): Promise<SpaceNeeded> {
  const [infos, present] = await Promise.all([
    runner.run(nixCommand(settings, ["path-info", "--recursive", "--json", system], deadlines.query), { signal }),
    previous === null
      ? null
      : runner.run(nixStoreCommand(settings, ["--query", "--requisites", previous], deadlines.query), { signal }),
  ]);
  if (infos.exitCode !== 0) return { nix: null, boot: null };
  const there = new Set(present?.exitCode === 0 ? present.stdout.split("\n") : []);
  const sizes = PathInfos.parse(JSON.parse(infos.stdout));
  const nix = [...sizes].reduce((sum, [path, size]) => (there.has(path) ? sum : sum + size), 0);
  return { nix, boot: bootSpace(system, previous) };
}

function bootSpace(system: StorePath, previous: StorePath | null): number | null {
  const fileOf = (path: StorePath, name: string) => statSync(join(path, name), { throwIfNoEntry: false });
  let sum: number | null = null;
  for (const name of bootFiles) {
    const file = fileOf(system, name);
    if (file === undefined) continue;
    const isTheSame = previous !== null && fileOf(previous, name)?.ino === file.ino;
    sum = (sum ?? 0) + (isTheSame ? 0 : file.size);
  }
  return sum;
}
