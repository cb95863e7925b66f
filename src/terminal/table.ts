// Aligned columns for the results of commands: hosts, status, history, generations, doctor.
import { displayWidth, padEnd, padStart, truncate } from "./display-width.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";
import { drawLine, type Piece } from "./styled-line.ts";

/** A text, or one with a tone. null and "" are nothing to say, and shown as a dash. */
export type Cell = string | Piece | null;

export interface Column<Row> {
  readonly header: string;
  /** Numbers line up at their right; everything else at its left. */
  readonly align?: "left" | "right";
  readonly cell: (row: Row) => Cell;
}

const gap = "  ";
const narrowest = 8;

interface FilledColumn {
  readonly cells: readonly Piece[];
  readonly alignRight: boolean;
}

/**
 * The table as lines, its headers first. A column that has nothing to say of any row is left out.
 * On a terminal that is too narrow the widest columns give way; in a pipe nothing is cut.
 *
 * @example
 * table([{ header: "host", cell: ({ host }) => host }, { header: "cpus", align: "right", cell: ({ cpus }) => String(cpus) }], rows, style)
 */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], style: Style): string[] {
  const filled = columns.flatMap(({ header, align, cell }): FilledColumn[] => {
    const cells = rows.map((row) => pieceOf(cell(row), style));
    if (rows.length > 0 && cells.every(({ text }) => text === "")) return [];
    const nothing: Piece = { text: style.symbols.omitted, tone: "quiet" };
    const shown = cells.map((piece) => (piece.text === "" ? nothing : piece));
    return [{ cells: [{ text: header.toUpperCase(), tone: "quiet" }, ...shown], alignRight: align === "right" }];
  });
  const natural = filled.map(({ cells }) => Math.max(...cells.map(({ text }) => displayWidth(text))));
  const room = style.columns === null ? Infinity : style.columns - gap.length * (filled.length - 1);
  const widths = squeeze(natural, room);
  return [-1, ...rows.keys()].map((row) =>
    drawLine(
      filled.flatMap((column, index) => [
        { text: index === 0 ? "" : gap },
        fitted(column.cells[row + 1] ?? { text: "" }, widths[index] ?? 0, column.alignRight, style),
      ]),
      style,
    ),
  );
}

function pieceOf(cell: Cell, { symbols }: Style): Piece {
  const piece = typeof cell === "string" || cell === null ? { text: cell ?? "" } : cell;
  return { ...piece, text: symbols.fold(printable(piece.text)) };
}

function fitted(piece: Piece, width: number, alignRight: boolean, { symbols }: Style): Piece {
  const text = truncate(piece.text, width, symbols.ellipsis);
  return { ...piece, text: alignRight ? padStart(text, width) : padEnd(text, width) };
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
