// The flake that is meant when none is named: the nearest one upwards, as git finds its repository.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { FlotillaError } from "../domain/flotilla-error.ts";

/**
 * The directory of the nearest flake.nix, from `directory` upwards.
 *
 * @throws E_NO_FLEET where there is none up to the root
 */
export function findFlake(directory: string): string {
  for (let at = directory; ; at = dirname(at)) {
    if (existsSync(join(at, "flake.nix"))) return at;
    if (at !== dirname(at)) continue;
    throw new FlotillaError("E_NO_FLEET", `there is no flake.nix in ${directory} or above it`, {
      hint: "go to the directory of your flake, or name it with --flake",
    });
  }
}
