// Text that came from a host, a build or a configuration, made safe to write to a terminal.
// A log line may hold anything: colours, cursor movements, title changes, text that runs backwards.
import { stripVTControlCharacters } from "node:util";

const plainAscii = /^[\x20-\x7e]*$/;

// Controls, formatting characters (direction overrides, joiners), line separators, halves of characters,
// and the variation selectors, whose width no two terminals agree on.
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\ufe00-\ufe0f]/gu;

/**
 * One line without anything that moves, colours or hides: what is left can be measured and cut.
 * A line that overwrote itself with carriage returns (a progress bar) keeps what it showed last.
 *
 * @example printable("\u001b[31mno\u001b[0m\tspace") === "no space"
 */
export function printable(text: string): string {
  if (plainAscii.test(text)) return text;
  const shown = text.includes("\r") ? (text.split("\r").findLast((part) => part.trim() !== "") ?? "") : text;
  return stripVTControlCharacters(shown)
    .replaceAll(/[\t\n]+/g, " ")
    .replaceAll(unprintable, "");
}

/** The lines of a text, each printable, without empty ones at the end. */
export function printableLines(text: string): string[] {
  const lines = text.split("\n").map((line) => printable(line).trimEnd());
  while (lines.length > 0 && lines.at(-1) === "") lines.pop();
  return lines;
}
