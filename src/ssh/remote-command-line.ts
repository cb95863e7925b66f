// The one string that ssh hands to the login shell of a host, which may be bash, fish, csh or nu.
import { shellQuote } from "../domain/shell-quote.ts";

/** What no login shell reads as anything but a word, nor as an assignment. */
const plain = /^[A-Za-z0-9_@:,./-]+$/;

/** What stands for itself between double quotes and in an argument of printf %b. */
const unsafe = /[^A-Za-z0-9_@%+=:,./ -]/gu;

/**
 * The words as a command line for whatever shell the login user has.
 *
 * Plain words go as they are. Otherwise the outer layer is `/bin/sh -c '…'` around characters that every shell leaves
 * alone within single quotes; all others travel as octal numbers, which printf turns back before sh reads the words.
 *
 * @example remoteCommandLine(["sudo", "-n", "--", "sh", "-s"]) // sudo -n -- sh -s
 */
export function remoteCommandLine(words: readonly string[]): string {
  const quoted = shellQuote(words);
  if (words.every((word) => plain.test(word)) && quoted === words.join(" ")) return quoted;
  const encoded = quoted.replaceAll(unsafe, (character) =>
    Array.from(Buffer.from(character, "utf8"), (byte) => `\\0${byte.toString(8).padStart(3, "0")}`).join(""),
  );
  return `/bin/sh -c 'eval "exec $(printf %b "${encoded}")"'`;
}
