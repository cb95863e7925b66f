// Prose broken between words, where a terminal would break it inside them.
import { displayWidth } from "./display-width.ts";
import { printableLines } from "./printable.ts";

/**
 * The lines of a text, none wider than `columns` unless a single word is; its own line breaks and indentation stay.
 * null breaks nothing: for pipes and files.
 */
export function wrap(text: string, columns: number | null): string[] {
  const lines = printableLines(text);
  return columns === null ? lines : lines.flatMap((line) => wrapLine(line, columns));
}

function wrapLine(line: string, columns: number): string[] {
  if (displayWidth(line) <= columns) return [line];
  const indent = /^ */.exec(line)?.[0] ?? "";
  const wrapped: string[] = [];
  let current = "";
  for (const word of line.slice(indent.length).split(" ")) {
    const longer = current === "" ? indent + word : `${current} ${word}`;
    if (current !== "" && displayWidth(longer) > columns) {
      wrapped.push(current);
      current = indent + word;
    } else {
      current = longer;
    }
  }
  return [...wrapped, current];
}
