// A link to a path in the store here, which keeps it from the garbage collector: what `nix build` leaves as `result`.
import type { StorePath } from "../domain/store-path.ts";
import type { Runner } from "../process/runner.ts";
import { deadlines, nixCommand } from "./nix-command.ts";
import { nixFailure } from "./nix-failure.ts";
import type { NixSettings } from "./nix.ts";

/** @throws FlotillaError E_BUILD, or what the table of Nix's errors knows */
export async function linkResult(
  runner: Runner,
  settings: NixSettings,
  path: StorePath,
  link: string,
  signal: AbortSignal,
): Promise<void> {
  const result = await runner.run(nixCommand(settings, ["build", "--out-link", link, path], deadlines.query), {
    signal,
  });
  if (result.exitCode === 0) return;
  throw nixFailure(result, { fallback: "E_BUILD", what: `${link} was not made`, place: "here" });
}
