// What shell completion knows of a fleet: names and tags, left by the last command that read it. A hint, never a source of truth.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";

export interface KnownFleet {
  readonly hosts: readonly string[];
  readonly tags: readonly string[];
}

type Environment = Readonly<Partial<Record<string, string>>>;

const nothing: KnownFleet = { hosts: [], tags: [] };

/** Names and tags as they may stand in a selection; a cache file that says anything else is not believed. */
const isWord = (value: unknown): value is string =>
  typeof value === "string" && /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(value);

/** One file a fleet: `flake` is the reference as the operator gave it, or null for the nearest flake.nix. */
function cacheFile(environment: Environment, cwd: string, flake: string | null): string | null {
  const identity = flake ?? nearestFlake(cwd);
  if (identity === null) return null;
  // Relative references mean another fleet in another directory.
  const key = createHash("sha256")
    .update(flake === null || !/^[./]/.test(flake) ? identity : resolve(cwd, flake))
    .digest("hex");
  const cache = environment["XDG_CACHE_HOME"] || join(environment["HOME"] || homedir(), ".cache");
  return join(cache, "flotilla", "completion", `${key.slice(0, 16)}.json`);
}

function nearestFlake(directory: string): string | null {
  if (existsSync(join(directory, "flake.nix"))) return directory;
  const parent = dirname(directory);
  return parent === directory ? null : nearestFlake(parent);
}

/** What is known of a fleet; nothing where there is no cache, or none that can be read. Evaluates nothing. */
export async function recallFleet(environment: Environment, cwd: string, flake: string | null): Promise<KnownFleet> {
  const file = cacheFile(environment, cwd, flake);
  if (file === null) return nothing;
  try {
    const stored: unknown = JSON.parse(await readFile(file, "utf8"));
    if (typeof stored !== "object" || stored === null) return nothing;
    const words = (key: string): readonly string[] => {
      const list: unknown = Reflect.get(stored, key);
      return Array.isArray(list) ? list.filter(isWord) : [];
    };
    return { hosts: words("hosts"), tags: words("tags") };
  } catch {
    return nothing;
  }
}

/** Leaves a fleet's names and tags for completion. Never fails a command: a cache that cannot be written is none. */
export async function rememberFleet(
  environment: Environment,
  cwd: string,
  flake: string | null,
  fleet: KnownFleet,
): Promise<void> {
  const file = cacheFile(environment, cwd, flake);
  if (file === null) return;
  try {
    await mkdir(dirname(file), { recursive: true });
    const draft = `${file}.${process.pid}`;
    await writeFile(draft, `${JSON.stringify(fleet)}\n`);
    await rename(draft, file);
  } catch {
    // Completion then proposes flags and commands alone.
  }
}
