// One disk as a bar of a line: its stretches to scale, what is lost hatched, and names where there is room for them.
import type { Span, SpanFate } from "./disk-view.ts";
import { displayWidth, padEnd } from "./display-width.ts";
import type { Tone } from "./paint.ts";
import { shareColumns } from "./share-columns.ts";
import type { Piece, StyledLine } from "./styled-line.ts";
import type { Symbols } from "./symbols.ts";
import { visible } from "./visible.ts";

export const fateTones: Readonly<Record<SpanFate, Tone | undefined>> = {
  lost: "bad",
  kept: undefined,
  new: "good",
  grown: "busy",
  free: "quiet",
};

/** What fills a stretch: told apart without any colour too. */
const unicodeFills: Readonly<Record<SpanFate, string>> = { lost: "╳", kept: "─", new: "░", grown: "▒", free: " " };
const asciiFills: Readonly<Record<SpanFate, string>> = { lost: "x", kept: "-", new: ":", grown: "+", free: " " };

/** What a stretch is at least as wide as, its border not counted. */
const least = 3;

/** The bar, exactly `columns` wide; nothing where there are more stretches than columns to tell them apart in. */
export function diskBar(spans: readonly Span[], columns: number, { fold, quote }: Symbols): StyledLine {
  const room = columns - spans.length - 1;
  if (spans.length === 0 || room < spans.length) return [];
  // The sign that quotes is the only upright line that both sets of signs have.
  const border: Piece = { text: quote, tone: "quiet" };
  const fills = quote === "|" ? asciiFills : unicodeFills;
  const widths = shareColumns(
    spans.map(({ size }) => size),
    room,
    least,
  );
  const filled = spans.flatMap((span, index): Piece[] => {
    const width = widths[index] ?? 0;
    return [{ text: fill(fold(visible(labelOf(span))), width, fills[span.fate]), tone: fateTones[span.fate] }, border];
  });
  return [border, ...filled];
}

const labelOf = ({ content, name }: Span): string => [name, ...content.slice(0, 1)].join("  ");

/** The name between the marks, as much of it as there is room for: all, its first word, or none. */
function fill(label: string, width: number, mark: string): string {
  const [word = ""] = label.split("  ");
  const text = [label, word].find((text) => text !== "" && displayWidth(text) + 4 <= width);
  if (text !== undefined) return `${mark} ${text} ${mark.repeat(width - displayWidth(text) - 3)}`;
  // A name alone in its stretch is worth more than marks, as long as it is whole.
  const free = width - displayWidth(word);
  if (word === "" || free < 0) return mark.repeat(width);
  return free < 2 ? padEnd(word, width) : ` ${word} ${mark.repeat(free - 2)}`;
}
