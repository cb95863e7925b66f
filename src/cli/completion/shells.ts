// The shells that have a completion script.
import { FlotillaError } from "../../domain/flotilla-error.ts";

export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/** @throws FlotillaError E_USAGE */
export function parseShell(word: string): Shell {
  const shell = shells.find((candidate) => candidate === word);
  if (shell === undefined) throw new FlotillaError("E_USAGE", `SHELL "${word}": expected one of ${shells.join(", ")}`);
  return shell;
}
