// The fleet that is meant: what the operator named, or the nearest one upwards, as git finds its repository.
import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { FlotillaError } from "../domain/flotilla-error.ts";

export interface FoundFleet {
  readonly kind: "flake" | "file";
  /** A flake reference, or a path. */
  readonly reference: string;
}

/** In one directory the first of these wins. */
const files = [
  { name: "flake.nix", kind: "flake" },
  { name: "hive.nix", kind: "file" },
] as const;

/**
 * The nearest flake.nix or hive.nix, from `directory` upwards.
 *
 * @throws E_NO_FLEET where there is none up to the root
 */
export function findFleet(directory: string): FoundFleet {
  for (let at = directory; ; at = dirname(at)) {
    const found = files.find(({ name }) => existsSync(join(at, name)));
    if (found !== undefined) {
      return { kind: found.kind, reference: found.kind === "flake" ? at : join(at, found.name) };
    }
    if (at !== dirname(at)) continue;
    throw new FlotillaError("E_NO_FLEET", `there is no flake.nix and no hive.nix in ${directory} or above it`, {
      hint: "go to the directory of your configuration, or name it with --flake or --file",
    });
  }
}

/**
 * What was named: a file of Nix, a directory, or else a reference that Nix knows to read. A flake.nix stands for its
 * directory, and a directory without one for its default.nix (colmena, src/nix/hive/mod.rs), else for its hive.nix.
 *
 * @example namedFleet("./hive.nix", "/home/ana/infra") // { kind: "file", reference: "/home/ana/infra/hive.nix" }
 */
export function namedFleet(given: string, directory: string): FoundFleet {
  const path = resolve(directory, given);
  if (given === "" || !existsSync(path)) return { kind: "flake", reference: given };
  if (basename(path) === "flake.nix") return { kind: "flake", reference: dirname(path) };
  if (!statSync(path).isDirectory()) return { kind: "file", reference: path };
  if (existsSync(join(path, "flake.nix"))) return { kind: "flake", reference: given };
  if (existsSync(join(path, "default.nix"))) return { kind: "file", reference: path };
  const hive = join(path, "hive.nix");
  return existsSync(hive) ? { kind: "file", reference: hive } : { kind: "flake", reference: given };
}
