// How every nix program is called: flags that all of them get, and those that only evaluations get.
import type { Command } from "../process/runner.ts";
import type { NixSettings } from "./nix.ts";

/** Milliseconds. They end what hangs, not what is slow. */
export const deadlines = {
  query: 120_000,
  lock: 600_000,
  evaluate: 3_600_000,
  build: 7 * 24 * 3_600_000,
  copy: 24 * 3_600_000,
} as const;

/**
 * A call of `nix`, with the features it needs and the operator's options.
 *
 * @example nixCommand(settings, ["flake", "metadata", "--json", reference], deadlines.lock)
 */
export function nixCommand(
  settings: NixSettings,
  args: readonly string[],
  deadline: number,
  env: Command["env"] = {},
): Command {
  return {
    file: "nix",
    args: ["--extra-experimental-features", "nix-command flakes", ...args, ...optionFlags(settings)],
    env,
    deadline,
  };
}

/** A call of `nix-store`, which no version has made experimental. */
export function nixStoreCommand(settings: NixSettings, args: readonly string[], deadline: number): Command {
  return { file: "nix-store", args: [...args, ...optionFlags(settings)], deadline };
}

/** For what evaluates: our own cache takes the place of Nix's, whose SQLite file parallel evaluations would fight over. */
export function evaluationFlags(settings: NixSettings): readonly string[] {
  return [
    "--no-write-lock-file",
    "--no-eval-cache",
    ...(settings.impure ? ["--impure"] : []),
    ...(settings.showTrace ? ["--show-trace"] : []),
    ...(settings.searchPath ?? []).flatMap((entry) => ["-I", entry]),
    ...overrideFlags(settings),
    ...(settings.arguments ?? []),
  ];
}

export function overrideFlags(settings: NixSettings): readonly string[] {
  return settings.overrideInputs.flatMap(([input, reference]) => ["--override-input", input, reference]);
}

function optionFlags(settings: NixSettings): readonly string[] {
  return settings.options.flatMap(([name, value]) => ["--option", name, value]);
}
