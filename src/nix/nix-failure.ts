// From a nix program that failed to the error the operator sees.
import type { ErrorCode } from "../domain/error-codes.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { ProcessResult } from "../process/runner.ts";
import { classifyNixError } from "./classify-nix-error.ts";
import type { FailurePlace } from "./nix-error-row.ts";
import { trimNixError } from "./trim-nix-error.ts";
import { withoutKeyTexts } from "./without-key-texts.ts";

export interface FailureContext {
  /** What it is when the table knows no better. */
  readonly fallback: ErrorCode;
  /** Said before Nix's own words. */
  readonly what: string;
  readonly place: FailurePlace;
  /** The log is all that Nix said, with the trace that was asked for. */
  readonly showTrace?: boolean;
}

/** Interrupted, too late, known to the table, or else the fallback with Nix's own words. */
export function nixFailure(
  told: Pick<ProcessResult, "stderr" | "aborted" | "timedOut">,
  context: FailureContext,
): FlotillaError {
  const result = { ...told, stderr: withoutKeyTexts(told.stderr) };
  if (result.aborted) return new FlotillaError("E_INTERRUPTED", `${context.what}: interrupted`);
  const trimmed = trimNixError(result.stderr);
  const everything = result.stderr.trimEnd().split("\n");
  const log = context.showTrace === true ? everything : trimmed;
  if (result.timedOut) return new FlotillaError("E_DEADLINE", `${context.what}: nix did not end in its time`, { log });
  // Of an option it takes the name and the files alone.
  const known = classifyNixError(told.stderr, context.place);
  if (known !== null) {
    return new FlotillaError(known.code, `${context.what}: ${known.message}`, { hint: known.hint, log });
  }
  const words =
    trimmed.map((line) => line.replace(/^error:\s*|[;:,]$/gu, "")).find((line) => line !== "") ??
    (everything.at(-1) || "nix said nothing");
  return new FlotillaError(context.fallback, `${context.what}: ${words}`, {
    log: log.length > 0 ? log : everything.slice(-20),
  });
}
