// How an error outside a run is shown: what happened, where, what was printed last, and what to do about it.
import { FlotillaError } from "../domain/flotilla-error.ts";
import { printableLines } from "./printable.ts";
import { hintLines, quotedLines } from "./report-parts.ts";
import type { Style } from "./style.ts";
import { drawLine, type StyledLine } from "./styled-line.ts";
import { wrap } from "./wrap.ts";

const logLinesShown = 20;
const indent = "  ";

export interface ErrorTextOptions {
  /** Where bugs are reported: a URL. */
  readonly reportTo: string;
}

/**
 * The error, as lines. What is not a FlotillaError is a mistake of the program, and shown as one.
 *
 * @example "error[E_NO_FLEET] no flake.nix here or in a directory above"
 */
export function errorText(error: unknown, style: Style, options: ErrorTextOptions): string[] {
  const lines = error instanceof FlotillaError ? knownError(error, style) : bug(error, style, options);
  return lines.map((line) => drawLine(line, { ...style, columns: null }));
}

function knownError(error: FlotillaError, style: Style): StyledLine[] {
  const label = `error[${error.code}]`;
  const [message = "", ...more] = wrap(
    error.message,
    style.columns === null ? null : Math.max(20, style.columns - label.length - 1),
  );
  const where = [
    ...(error.host === undefined ? [] : [`on ${error.host}`]),
    ...(error.step === undefined ? [] : [`during ${error.step}`]),
  ];
  return [
    [{ text: label, tone: "bad" }, { text: ` ${message}` }],
    ...more.map((line): StyledLine => [{ text: `${indent}${line}` }]),
    ...(where.length === 0 ? [] : [[{ text: `${indent}${where.join(" ")}`, tone: "quiet" } as const]]),
    ...quotedLines(error.log.slice(-logLinesShown), indent, style),
    ...hintLines(error.hint, "", style),
  ];
}

function bug(error: unknown, style: Style, { reportTo }: ErrorTextOptions): StyledLine[] {
  const stack = error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : String(error);
  return [
    [{ text: "bug", tone: "bad" }, { text: " this is a mistake in flotilla, not in your configuration" }],
    ...printableLines(stack).map((line): StyledLine => [{ text: `${indent}${line}`, tone: "quiet" }]),
    ...hintLines(`please report it, with the lines above: ${reportTo}`, "", style),
  ];
}
