// Splits the value of NIX_SSHOPTS the way Nix does, so that one value means the same to Nix and to us.
import { FlotillaError } from "../domain/flotilla-error.ts";

/**
 * Splits at blanks; quotes and backslashes keep blanks together as in a shell. Nix splits so since 2.25; older ones know
 * no quotes, and a value that has none reads the same in both.
 *
 * @example splitShellWords("-p 22 -o 'ProxyCommand=nc %h 22'") // ["-p", "22", "-o", "ProxyCommand=nc %h 22"]
 */
export function splitShellWords(text: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote: "'" | '"' | null = null;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === "\\" && quote !== "'" && at + 1 < text.length) {
      at += 1;
      const escaped = text.charAt(at);
      word = (word ?? "") + (quote === '"' && !'"\\$`'.includes(escaped) ? `\\${escaped}` : escaped);
    } else if (quote !== null) {
      if (character === quote) quote = null;
      else word = (word ?? "") + character;
    } else if (character === "'" || character === '"') {
      quote = character;
      word ??= "";
    } else if (" \t\r\n".includes(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? "") + character;
    }
  }
  if (quote !== null) throw new FlotillaError("E_USAGE", `a quote is not closed in: ${text}`);
  if (word !== null) words.push(word);
  return words;
}
