// What every Connection does alike, whatever carries its commands: commands as root go through its elevation, and what
// refuses them there is told apart from a command that fails.
import type { FlotillaError } from "../domain/flotilla-error.ts";
import type { Secret } from "../domain/secret.ts";
import type { ProcessResult, RunOptions } from "../process/runner.ts";
import { classifyElevationError } from "./classify-ssh-error.ts";
import type { Connection, RemoteCommand } from "./connection.ts";
import { elevatedInput, type ElevatedInput, passwordElevation } from "./elevation.ts";
import type { Target } from "./target.ts";

/** What carries commands to a machine. */
export interface Carrier extends Pick<Connection, "close" | "nix"> {
  readonly target: Target;
  /** Of sudo; null: it is not asked for. */
  readonly password: Secret | null;
  /** Runs what the command has become; rejects where that cannot be known to have ended by itself. */
  readonly carry: (input: ElevatedInput, command: RemoteCommand, options: RunOptions) => Promise<ProcessResult>;
  /** Why a command as root is not even tried. */
  readonly noElevation: (target: Target) => FlotillaError;
}

/** The connection, with the elevation of its target at first. */
export function elevatedConnection({ carry, close, nix, noElevation, password, target }: Carrier): Connection {
  const run = async (
    elevation: readonly string[] | null,
    command: RemoteCommand,
    options: RunOptions,
  ): Promise<ProcessResult> => {
    const prefix = command.asRoot ? elevation : [];
    if (prefix === null) throw noElevation(target);
    const result = await carry(elevatedInput(prefix, password, command), command, options);
    const refused = prefix.length > 0 && result.exitCode !== 0 ? classifyElevationError(result.stderr, target) : null;
    if (refused !== null && result.stdout === "") throw refused;
    return result;
  };

  const withElevation = (words: readonly string[] | null): Connection => {
    const elevation = words === null || password === null ? words : passwordElevation(words);
    return {
      target,
      elevation,
      withElevation,
      run: (command, options = {}) => run(elevation, command, options),
      nix,
      close,
    };
  };
  return withElevation(target.elevation);
}
