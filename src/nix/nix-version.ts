// Which Nix is installed: asked once, then remembered for as long as the program on the PATH stays the same.
import { constants } from "node:fs";
import { access, mkdir, realpath, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { z } from "zod";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { Runner } from "../process/runner.ts";
import { readJson, writeJson } from "./json-file.ts";

export interface NixVersion {
  /** e.g. "2.26.3"; for Lix and Determinate Nix with their name. */
  readonly text: string;
  readonly major: number;
  readonly minor: number;
}

export interface NixVersionOptions {
  readonly runner: Runner;
  readonly cacheDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const oldest = { major: 2, minor: 8 };
const Remembered = z.object({ program: z.string(), output: z.string() });

/**
 * The version of the `nix` on the PATH. The answer is kept beside the program's real path, size and time, so that most
 * runs start no process for it.
 *
 * @throws FlotillaError E_NIX_MISSING when there is none, or one before 2.8
 */
export async function findNixVersion({ runner, cacheDirectory, environment }: NixVersionOptions): Promise<NixVersion> {
  const program = await identify("nix", environment["PATH"] ?? "");
  const file = join(cacheDirectory, "nix-version.json");
  if (program !== null) {
    const remembered = await readJson(file, Remembered);
    if (remembered?.program === program) return supported(remembered.output);
  }
  const { exitCode, stdout, stderr } = await runner.run({ file: "nix", args: ["--version"], deadline: 30_000 });
  if (exitCode !== 0) {
    throw new FlotillaError("E_NIX_MISSING", "nix --version fails", { log: stderr.split("\n"), hint: installHint });
  }
  const version = supported(stdout.trim());
  if (program !== null) {
    await mkdir(cacheDirectory, { recursive: true });
    await writeJson(file, { program, output: stdout.trim() });
  }
  return version;
}

/**
 * Reads what `nix --version` prints.
 *
 * @example parseNixVersion("nix (Lix, like Nix) 2.91.1") // { text: "2.91.1 (Lix)", major: 2, minor: 91 }
 */
export function parseNixVersion(output: string): NixVersion | null {
  const match = /^nix \((?<name>[^)]*)\) (?<version>(?<major>\d+)\.(?<minor>\d+)\S*)/u.exec(output);
  const { name, version, major, minor } = match?.groups ?? {};
  if (name === undefined || version === undefined) return null;
  const maker = name.split(",")[0];
  return { text: maker === "Nix" ? version : `${version} (${maker})`, major: Number(major), minor: Number(minor) };
}

const installHint = "install Nix 2.8 or newer: https://nixos.org/download";

function supported(output: string): NixVersion {
  const version = parseNixVersion(output);
  if (version === null) {
    throw new FlotillaError("E_NIX_MISSING", `"nix --version" answers "${output}"`, { hint: installHint });
  }
  if (version.major < oldest.major || (version.major === oldest.major && version.minor < oldest.minor)) {
    throw new FlotillaError("E_NIX_MISSING", `Nix ${version.text} is too old`, { hint: installHint });
  }
  return version;
}

/** The first such program on the PATH, told apart from its other versions; null where there is none. */
async function identify(name: string, path: string): Promise<string | null> {
  for (const directory of path.split(delimiter)) {
    const candidate = join(directory, name);
    try {
      await access(candidate, constants.X_OK);
      const real = await realpath(candidate);
      const { mtimeMs, size, ino } = await stat(real);
      return `${real} ${mtimeMs} ${size} ${ino}`;
    } catch {
      continue;
    }
  }
  return null;
}
