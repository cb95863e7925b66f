// Pieces of the scripts that are written here: functions, and files within them.
import { createHash } from "node:crypto";
import { shellQuote } from "../domain/shell-quote.ts";

/** A function that does these lines. */
export const shellFunction = (name: string, lines: readonly string[]): string =>
  `${name}() {\n${["  :", ...lines].join("\n")}\n}\n`;

/**
 * A function that calls what it is given once for each of the rows, with the words of the row behind: how a script of sh
 * hands over lists whose elements are lists.
 *
 * @example rowsFunction("pairs", [["a", "b"], ["c", "d"]]) // pairs echo: echo a b; echo c d
 */
export const rowsFunction = (name: string, rows: readonly (readonly string[])[]): string =>
  shellFunction(
    name,
    rows.map((words) => `  "$@" ${shellQuote(words)}`),
  );

/** A function that prints the text, which is closed by a word that it cannot hold: its own hash. */
export function printFunction(name: string, text: string): string {
  const delimiter = `END_${createHash("sha256").update(text).digest("hex")}`;
  return `${name}() {\ncat <<'${delimiter}'\n${text}${text.endsWith("\n") ? "" : "\n"}${delimiter}\n}\n`;
}
