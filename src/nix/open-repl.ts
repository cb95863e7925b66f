// Nix's own prompt, with the fleet at hand: `nodes`, `pkgs` and `lib`.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { Runner } from "../process/runner.ts";
import { scopeOf } from "./evaluate-expression.ts";
import { fileValue } from "./evaluation-command.ts";
import type { FleetSource } from "./fleet-source.ts";
import type { FleetFormName } from "./forms/fleet-form.ts";
import { nixCommand } from "./nix-command.ts";
import { nixString } from "./nix-string.ts";
import type { NixVersion } from "./nix-version.ts";
import type { NixSettings } from "./nix.ts";

export interface ReplTools {
  readonly runner: Runner;
  readonly settings: NixSettings;
  readonly version: NixVersion;
}

/**
 * The prompt, until the operator leaves it; resolves with its exit status.
 *
 * @throws FlotillaError E_USAGE for overridden inputs, which builtins.getFlake does not take
 */
export async function openRepl(
  { runner, settings, version }: ReplTools,
  source: FleetSource,
  form: FleetFormName,
): Promise<number> {
  if (settings.overrideInputs.length > 0) {
    throw new FlotillaError("E_USAGE", "the prompt loads the flake as it is locked: it takes no --override-input", {
      hint: "ask one question with `flotilla eval`, or point the input elsewhere in flake.nix",
    });
  }
  return openReplOf({ runner, settings, version }, replExpression(source, form));
}

/** The prompt with the attributes of an expression's value in scope. */
export async function openReplOf({ runner, settings, version }: ReplTools, expression: string): Promise<number> {
  // A file, as not every version takes an expression; its name says whose it is, should one be left behind.
  const directory = await mkdtemp(join(tmpdir(), "flotilla-repl-"));
  try {
    const file = join(directory, "fleet.nix");
    await writeFile(file, expression, { mode: 0o600 });
    return await runner.interactive(replCommand(settings, version, file));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** What the prompt loads. It is never pure, so that a flake with changes that are not committed can be loaded as it is. */
export function replExpression(source: FleetSource, form: FleetFormName): string {
  const value =
    source.kind === "flake" ? `(builtins.getFlake ${nixString(source.locked)}).outputs.${form}` : fileValue(source);
  return `${scopeOf(form)} (${value})\n`;
}

/** Since Nix 2.10 a bare word would name a flake. */
export function replCommand(
  settings: NixSettings,
  { text, major, minor }: NixVersion,
  file: string,
): ReturnType<typeof nixCommand> {
  const takesFlakes = text.includes("Lix") || major > 2 || minor >= 10;
  const trace = settings.showTrace ? ["--show-trace"] : [];
  const searchPath = (settings.searchPath ?? []).flatMap((entry) => ["-I", entry]);
  return nixCommand(settings, ["repl", ...trace, ...searchPath, ...(takesFlakes ? ["--file", file] : [file])], 0);
}
