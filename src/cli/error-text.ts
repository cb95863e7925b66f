// What the program says when it cannot go on: one form for what stricli finds and for what the use cases throw.
import {
  AliasNotFoundError,
  ArgumentParseError,
  EnumValidationError,
  FlagNotFoundError,
  text_en,
  UnexpectedFlagError,
  UnexpectedPositionalError,
  UnsatisfiedFlagError,
  UnsatisfiedPositionalError,
  type ApplicationText,
} from "@stricli/core";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { printable } from "../terminal/printable.ts";

/**
 * An error as the operator reads it: what happened and where, the last lines of what failed, what to do.
 * What is no FlotillaError is a bug of ours and says so.
 */
export function describeError(error: unknown): string {
  if (error instanceof FlotillaError) {
    const where = [error.host, error.step].filter((part) => part !== undefined).join(", ");
    const code = error.code === "E_USAGE" ? "" : ` [${error.code}]`;
    return [
      `error: ${where === "" ? "" : `${where}: `}${printable(error.message)}${code}`,
      ...error.log.map((line) => `  | ${printable(line)}`),
      ...(error.hint === undefined ? [] : [`hint: ${error.hint}`]),
    ].join("\n");
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `error: flotilla met a case it was not made for; this is a bug in it, please report it\n${trace}`;
}

const quoted = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(" or ");

/** Instance checks, not names: a bundler may rename classes. */
function describeUsageError(error: unknown): string {
  if (error instanceof FlagNotFoundError) {
    const nearest = error.corrections.map((flag) => `--${flag}`);
    return `there is no flag --${error.input}${nearest.length === 0 ? "" : `; did you mean ${quoted(nearest)}?`}`;
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
    const reason = error.exception instanceof Error ? error.exception.message : String(error.exception);
    return reason;
  }
  return error instanceof Error ? error.message : String(error);
}

const describeUsage = (error: unknown): string =>
  describeError(error instanceof FlotillaError ? error : new FlotillaError("E_USAGE", describeUsageError(error)));

export const text: ApplicationText = {
  ...text_en,
  noCommandRegisteredForInput: ({ input, corrections }) =>
    describeError(
      new FlotillaError("E_USAGE", `there is no command "${input}"`, {
        hint:
          corrections.length === 0
            ? "`flotilla --help` lists the commands"
            : `did you mean ${corrections.join(" or ")}? \`flotilla --help\` lists the commands`,
      }),
    ),
  exceptionWhileParsingArguments: describeUsage,
  exceptionWhileLoadingCommandFunction: describeError,
  exceptionWhileLoadingCommandContext: describeError,
  exceptionWhileRunningCommand: describeError,
  commandErrorResult: describeError,
};
