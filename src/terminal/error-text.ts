// How an error outside a run is shown: what happened, where, what was printed last, and what to do about it.
import { FlotillaError } from "../domain/flotilla-error.ts";
import { printableLines } from "./printable.ts";
import type { Style } from "./style.ts";
import { drawLine, type Piece, type StyledLine } from "./styled-line.ts";

const logLinesShown = 20;

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

function knownError(error: FlotillaError, { symbols }: Style): StyledLine[] {
  const [message = "", ...more] = printableLines(error.message);
  const where = [error.host, error.step === undefined ? undefined : `during ${error.step}`].filter(
    (part) => part !== undefined,
  );
  return [
    [{ text: `error[${error.code}]`, tone: "bad" }, { text: ` ${message}` }],
    ...more.map((line): StyledLine => [{ text: `  ${line}` }]),
    ...(where.length === 0
      ? []
      : [[{ text: `  on ${where.join(", ")}`.replace("on during", "during"), tone: "quiet" as const }]]),
    ...error.log
      .slice(-logLinesShown)
      .map((line): Piece[] => [{ text: `  ${symbols.quote} `, tone: "quiet" }, { text: line }]),
    ...printableLines(error.hint ?? "").map((line, index): Piece[] => [
      { text: index === 0 ? "hint: " : "      ", tone: "strong" },
      { text: line },
    ]),
  ];
}

function bug(error: unknown, _style: Style, { reportTo }: ErrorTextOptions): StyledLine[] {
  const stack = error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : String(error);
  return [
    [{ text: "bug", tone: "bad" }, { text: " this is a mistake in flotilla, not in your configuration" }],
    ...printableLines(stack).map((line): Piece[] => [{ text: `  ${line}`, tone: "quiet" }]),
    [{ text: "hint: ", tone: "strong" }, { text: `please report it, with the lines above: ${reportTo}` }],
  ];
}
