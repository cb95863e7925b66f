// A line as pieces with tones, so that it is measured and cut before any colour goes in.
import { displayWidth, truncate } from "./display-width.ts";
import type { Tone } from "./paint.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";

export interface Piece {
  readonly text: string;
  readonly tone?: Tone | undefined;
}
export type StyledLine = readonly Piece[];

/** Columns that the line takes uncut. */
export function lineWidth(line: StyledLine): number {
  return line.reduce((width, piece) => width + displayWidth(piece.text), 0);
}

/** The line as text, free of anything that steers a terminal, whoever wrote it; never wider than the style's columns, with no spaces at its end. */
export function drawLine(line: StyledLine, { symbols, paint, columns }: Style): string {
  const shown = line.map((piece) => ({ ...piece, text: symbols.fold(printable(piece.text)) }));
  const pieces = columns === null || lineWidth(shown) <= columns ? shown : cut(shown, columns, symbols.ellipsis);
  const last = pieces.findLastIndex((piece) => piece.text.trimEnd() !== "");
  return pieces
    .slice(0, last + 1)
    .map(({ text, tone }, index) => {
      const ink = index === last ? text.trimEnd() : text;
      return tone === undefined || ink.trim() === "" ? ink : paint(tone, ink);
    })
    .join("");
}

/** A line that is too wide, ending in the mark of what is gone. */
function cut(line: StyledLine, columns: number, ellipsis: string): Piece[] {
  const mark = displayWidth(ellipsis) <= columns ? ellipsis : "";
  let room = columns - displayWidth(mark);
  const kept: Piece[] = [];
  for (const piece of line) {
    const width = displayWidth(piece.text);
    if (width > room) return [...kept, { ...piece, text: truncate(piece.text, room, "") + mark }];
    kept.push(piece);
    room -= width;
  }
  return kept;
}
