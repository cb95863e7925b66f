// The call of nix that applies a reader to a fleet's source: an output of a flake, or what a file evaluates to.
import type { Command } from "../process/runner.ts";
import type { ConfigurationFile, FleetSource } from "./fleet-source.ts";
import { nixString } from "./nix-string.ts";
import { deadlines, evaluationFlags, nixCommand } from "./nix-command.ts";
import type { NixSettings } from "./nix.ts";

/**
 * Evaluates `reader value` to JSON.
 *
 * @param attribute of a flake, "." for all of its outputs; a file has none
 * @param reader a Nix function, as text
 */
export function evaluationCommand(
  settings: NixSettings,
  source: FleetSource,
  attribute: string,
  reader: string,
): Command {
  switch (source.kind) {
    case "flake":
      return nixCommand(
        settings,
        ["eval", "--json", ...evaluationFlags(settings), "--apply", reader, `${source.locked}#${attribute}`],
        deadlines.evaluate,
      );
    case "file": {
      const flags = evaluationFlags({ ...settings, impure: true });
      return nixCommand(
        settings,
        ["eval", "--json", ...flags, "--expr", `(${reader}) (${fileValue(source)})`],
        deadlines.evaluate,
      );
    }
  }
}

/** What the file evaluates to, as the peers call it: what is a function gets no arguments of ours. */
export function fileValue({ path }: ConfigurationFile): string {
  return `let value = import (/. + ${nixString(path)}); in if builtins.isFunction value || value ? __functor then value { } else value`;
}
