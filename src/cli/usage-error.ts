// What stricli finds wrong with a command line, as one of our errors.
import {
  AliasNotFoundError,
  ArgumentParseError,
  EnumValidationError,
  FlagNotFoundError,
  UnexpectedFlagError,
  UnexpectedPositionalError,
  UnsatisfiedFlagError,
  UnsatisfiedPositionalError,
} from "@stricli/core";
import { FlotillaError } from "../domain/flotilla-error.ts";

/** What stricli's exception means to the operator. */
export function usageError(error: unknown): FlotillaError {
  return error instanceof FlotillaError ? error : new FlotillaError("E_USAGE", describe(error));
}

/** A command that does not exist; `nearest` are quoted already. */
export const unknownCommand = (input: string, nearest: readonly string[]): FlotillaError =>
  new FlotillaError("E_USAGE", `there is no command "${input}"`, {
    hint: `${nearest.length === 0 ? "" : `did you mean ${nearest.join(" or ")}? `}\`flotilla --help\` lists the commands`,
  });

/** By class, not by name: a bundler may rename classes. */
function describe(error: unknown): string {
  if (error instanceof FlagNotFoundError) {
    const nearest = error.corrections.map((flag) => `\`--${flag}\``).join(" or ");
    return `there is no flag --${error.input}${nearest === "" ? "" : `; did you mean ${nearest}?`}`;
  }
  if (error instanceof AliasNotFoundError) return `there is no flag -${error.input}`;
  if (error instanceof UnsatisfiedFlagError) return `--${error.externalFlagName} needs a value`;
  if (error instanceof UnexpectedFlagError) return `--${error.externalFlagName} is given twice`;
  if (error instanceof UnsatisfiedPositionalError) return `${error.placeholder} is missing`;
  if (error instanceof UnexpectedPositionalError) return `there is a word too many: "${error.input}"`;
  if (error instanceof EnumValidationError) {
    return `--${error.externalFlagName} "${error.input}": expected one of ${error.values.join(", ")}`;
  }
  if (error instanceof ArgumentParseError) {
    // Our own parsers name the flag themselves; this is a boolean flag with a value.
    return error.exception instanceof FlotillaError
      ? error.exception.message
      : `--${error.externalFlagNameOrPlaceholder} takes no value; it has "${error.input}"`;
  }
  return error instanceof Error ? error.message : String(error);
}
