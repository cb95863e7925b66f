// The parts that every account of a failure is made of: the message, the last lines of a log, the hint.
import type { Style } from "./style.ts";
import type { Piece, StyledLine } from "./styled-line.ts";
import { wrap } from "./wrap.ts";

/** A message, broken between words to fit beside its indentation. */
export function messageLines(message: string, indent: string, { columns }: Style): StyledLine[] {
  return wrap(message, roomBeside(indent, columns)).map((text) => [{ text: indent }, { text }]);
}

/** Lines of somebody else's output, marked as such and never broken: they are to be copied and searched for. */
export function quotedLines(lines: readonly string[], indent: string, { symbols }: Style): StyledLine[] {
  return lines.map((text) => [{ text: `${indent}${symbols.quote} `, tone: "quiet" }, { text }]);
}

/** What to do about it; nothing where there is no hint. */
export function hintLines(hint: string | undefined, indent: string, { columns }: Style): StyledLine[] {
  const label = "hint: ";
  const lines = wrap(hint ?? "", roomBeside(indent + label, columns));
  return labelled(
    label,
    lines.map((text) => [{ text }]),
    indent,
  );
}

/** Lines below each other behind one label. */
export function labelled(label: string, lines: readonly StyledLine[], indent: string): StyledLine[] {
  return lines.map((line, index): Piece[] => {
    const first: Piece = index === 0 ? { text: label, tone: "strong" } : { text: " ".repeat(label.length) };
    return [{ text: indent }, first, ...line];
  });
}

const roomBeside = (indent: string, columns: number | null): number | null =>
  columns === null ? null : Math.max(20, columns - indent.length);
