// Words for a POSIX shell. The one function of the program that quotes for a shell.
import { FlotillaError } from "./flotilla-error.ts";

const plain = /^[A-Za-z0-9_@%+:,./-]+$/;

/** Plain words that some shell reads as its own when they come first. */
const reserved =
  /^(?:if|then|elif|else|fi|case|esac|for|while|until|do|done|in|select|function|time|coproc|begin|end|switch|and|or|not)$/;

/**
 * Joins words to a command line that a POSIX shell splits into the very same words.
 *
 * A quote and a backslash stand outside the single quotes, each behind a backslash of its own: fish, which knows
 * escapes inside single quotes, then reads the same. Rejects a NUL byte, which no command line can carry.
 *
 * @example shellQuote(["echo", "it's", ""]) // echo 'it'\''s' ''
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02
 */
export function shellQuote(words: readonly string[]): string {
  return words.map(quoteWord).join(" ");
}

function quoteWord(word: string): string {
  if (word.includes("\0")) throw new FlotillaError("E_CONFIGURATION", "a word of a command has a NUL byte in it");
  if (plain.test(word) && !reserved.test(word)) return word;
  if (word === "") return "''";
  return word
    .split(/(['\\])/)
    .map((part) => (part === "'" || part === "\\" ? `\\${part}` : part === "" ? "" : `'${part}'`))
    .join("");
}
