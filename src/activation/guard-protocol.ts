// The lines that the guard says to whoever follows it; guard/about.sh describes them.
import { z } from "zod";
import { type ErrorCode, errorCodes } from "../domain/error-codes.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { Outcome } from "../domain/outcome.ts";
import { RunId } from "../domain/run-id.ts";
import type { GuardState } from "./guard.ts";

/** Of the greeting; another one is another protocol. */
const protocolVersion = "1";

export type GuardLine =
  | { readonly type: "greeting"; readonly run: RunId }
  | { readonly type: "state"; readonly state: GuardState; readonly detail: string | null }
  | { readonly type: "note"; readonly text: string }
  | { readonly type: "log"; readonly text: string }
  | { readonly type: "alive" }
  | { readonly type: "under-way" }
  | {
      readonly type: "end";
      readonly outcome: Outcome;
      readonly code: ErrorCode | null;
      readonly message: string | null;
    }
  | { readonly type: "error"; readonly code: ErrorCode; readonly message: string };

const Code = z.custom<ErrorCode>((value) => typeof value === "string" && Object.hasOwn(errorCodes, value));
const State = z.enum([
  "starting",
  "checking",
  "activating",
  "health",
  "awaiting-confirm",
  "committing",
  "reverting",
  "finished",
]) satisfies z.ZodType<GuardState>;

/**
 * Reads one line of the protocol, or gives `null` for a line that is none: login shells say things of their own.
 *
 * @example parseGuardLine("S awaiting-confirm 30") // { type: "state", state: "awaiting-confirm", detail: "30" }
 * @throws FlotillaError E_GUARD_LOST for a line of the protocol whose content is not understood.
 */
export function parseGuardLine(line: string): GuardLine | null {
  const [kind, rest] = splitOnce(line);
  switch (kind) {
    case "flotilla-guard": {
      const [version, run] = splitOnce(rest);
      if (version !== protocolVersion) throw notUnderstood(line);
      return { type: "greeting", run: understood(RunId, run, line) };
    }
    case "S": {
      const [state, detail] = splitOnce(rest);
      return { type: "state", state: understood(State, state, line), detail: detail.trim() === "" ? null : detail };
    }
    case "N":
      return { type: "note", text: rest };
    case "L":
      return { type: "log", text: rest };
    case "A":
      return { type: "alive" };
    case "W":
      return { type: "under-way" };
    case "O": {
      const [outcome, codeAndMessage] = splitOnce(rest);
      const [code, message] = splitOnce(codeAndMessage.trimEnd());
      return {
        type: "end",
        outcome: understood(Outcome, outcome, line),
        code: code === "-" ? null : understood(Code, code, line),
        message: message === "" ? null : message,
      };
    }
    case "E": {
      const [code, message] = splitOnce(rest);
      return { type: "error", code: understood(Code, code, line), message };
    }
    default:
      return null;
  }
}

function splitOnce(text: string): [first: string, rest: string] {
  const space = text.indexOf(" ");
  return space === -1 ? [text, ""] : [text.slice(0, space), text.slice(space + 1)];
}

function understood<S extends z.ZodType>(schema: S, value: string, line: string): z.output<S> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw notUnderstood(line);
  return parsed.data;
}

function notUnderstood(line: string): FlotillaError {
  return new FlotillaError("E_GUARD_LOST", `the guard said what is not understood: ${line.slice(0, 200)}`, {
    hint: "another version of flotilla may have started it; attach with that one",
  });
}
