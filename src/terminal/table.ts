// Aligned columns for the results of commands: hosts, status, history, generations, doctor.
import { displayWidth, padEnd, padStart, truncate } from "./display-width.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";
import { drawLine, type Piece } from "./styled-line.ts";

export interface Column {
  readonly header: string;
  /** Numbers line up at their right; everything else at its left. */
  readonly align?: "left" | "right";
}

/** A text, or one with a tone. null is nothing to say, and shown as a dash. */
export type Cell = string | Piece | null;

const gap = "  ";
const narrowest = 8;

/**
 * The table as lines, its headers first. On a terminal that is too narrow the widest columns give way; in a pipe nothing is cut.
 *
 * @example table([{ header: "host" }, { header: "cpus", align: "right" }], [["web-01", "4"]], style)
 */
export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[], style: Style): string[] {
  const body = rows.map((row) => columns.map((_, index) => pieceOf(row[index] ?? null, style)));
  const head = columns.map(({ header }): Piece => ({ text: header.toUpperCase(), tone: "quiet" }));
  const lines = [head, ...body];
  const natural = columns.map((_, index) => Math.max(...lines.map((line) => displayWidth(line[index]?.text ?? ""))));
  const widths = style.columns === null ? natural : squeeze(natural, style.columns - gap.length * (columns.length - 1));
  return lines.map((line) =>
    drawLine(
      line.flatMap((piece, index) => cellPieces(piece, index, columns, widths, style)),
      style,
    ),
  );
}

function pieceOf(cell: Cell, { symbols }: Style): Piece {
  if (cell === null || cell === "") return { text: symbols.omitted, tone: "quiet" };
  return typeof cell === "string" ? { text: printable(cell) } : { ...cell, text: printable(cell.text) };
}

function cellPieces(
  piece: Piece,
  index: number,
  columns: readonly Column[],
  widths: readonly number[],
  style: Style,
): Piece[] {
  const width = widths[index] ?? 0;
  const text = truncate(piece.text, width, style.symbols.ellipsis);
  const aligned = columns[index]?.align === "right" ? padStart(text, width) : padEnd(text, width);
  return [{ text: index === 0 ? "" : gap }, { ...piece, text: aligned }];
}

/** Takes from the widest, one column at a time, until the sum fits or all are at their narrowest. */
function squeeze(natural: readonly number[], room: number): readonly number[] {
  const widths = [...natural];
  let excess = widths.reduce((sum, width) => sum + width, 0) - room;
  for (; excess > 0; excess -= 1) {
    const widest = Math.max(...widths);
    if (widest <= narrowest) break;
    widths[widths.lastIndexOf(widest)] = widest - 1;
  }
  return widths;
}
