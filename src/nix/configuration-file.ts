// A file of Nix that fleets are read from, such as a hive.nix: where it is, and which revision it belongs to.
import { existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { Runner } from "../process/runner.ts";
import type { ConfigurationFile } from "./fleet-source.ts";

/** Milliseconds for git to say where it is. */
const deadline = 10_000;

/**
 * Finds the file; git, where there is one, says its revision.
 *
 * @throws FlotillaError E_NO_FLEET when there is no such file
 */
export async function configurationFile(
  runner: Runner,
  reference: string,
  signal: AbortSignal,
): Promise<ConfigurationFile> {
  const given = resolve(reference);
  const path = existsSync(given) && statSync(given).isDirectory() ? join(given, "default.nix") : given;
  if (!existsSync(path)) throw new FlotillaError("E_NO_FLEET", `there is no file ${path}`);
  const directory = dirname(path);
  const git = async (...words: readonly string[]): Promise<string | null> => {
    const result = await runner
      .run({ file: "git", args: ["-C", directory, ...words], deadline }, { signal })
      .catch(() => null);
    return result?.exitCode === 0 ? result.stdout.trim() : null;
  };
  const [commit, changes] = await Promise.all([git("rev-parse", "HEAD"), git("status", "--porcelain", "--", ".")]);
  const dirty = changes !== null && changes !== "";
  const revision = commit === null || !dirty ? commit : `${commit}-dirty`;
  return { kind: "file", reference, path, revision, dirty, directory };
}
