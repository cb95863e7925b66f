// How a login user becomes root: words before a command and, where sudo asks, the password on the first line of its stdin.
// The password is never a word: words are seen in process lists.
import { randomUUID } from "node:crypto";
import { basename } from "node:path";
import type { Secret } from "../domain/secret.ts";
import { partsOf, type ProgramInput } from "../process/program-input.ts";

export interface ElevatedInput {
  readonly words: readonly string[];
  readonly stdin: ProgramInput | undefined;
}

/**
 * The words by which sudo takes the password from its stdin, where one is at hand and they let sudo ask. sudo asks nobody
 * with -n; doas and run0 take no password from stdin: all of these stay as they are.
 *
 * @example passwordElevation(["sudo", "-H", "--"]) // ["sudo", "--stdin", "--prompt=", "-H", "--"]
 */
export function passwordElevation(words: readonly string[]): readonly string[] {
  const [program, ...rest] = words;
  if (program === undefined || basename(program) !== "sudo" || readsPassword(words)) return words;
  if (options(rest).some((word) => word === "--non-interactive" || /^-[A-Za-z]*n/u.test(word))) return words;
  return [program, "--stdin", "--prompt=", ...rest];
}

/** Whether these words make sudo read a password from its stdin. */
export function readsPassword(words: readonly string[]): boolean {
  const [program, ...rest] = words;
  return program !== undefined && basename(program) === "sudo" && options(rest).includes("--stdin");
}

/** What is sudo's own, up to the end of its options. */
function options(words: readonly string[]): readonly string[] {
  const end = words.indexOf("--");
  return end === -1 ? words : words.slice(0, end);
}

/**
 * What is really run for a command as root, or as the login user where there is no elevation.
 *
 * With a password it goes on the first line of stdin. sudo reads that line only when it asks, so a shell stands before the
 * command that lets nothing through up to a line which only we know: the command itself never sees the password. A command
 * without stdin gets none; a password that is refused is then tried once and not, as sudo does, three times.
 *
 * @example elevatedInput(["sudo", "--stdin", "--prompt=", "--"], password, { words: ["sh", "-s"], stdin: "id -u" })
 */
export function elevatedInput(
  elevation: readonly string[],
  password: Secret | null,
  { words, stdin }: { readonly words: readonly string[]; readonly stdin?: ProgramInput },
): ElevatedInput {
  if (password === null || !readsPassword(elevation)) return { words: [...elevation, ...words], stdin };
  if (stdin === undefined) {
    const script = 'exec "$@" </dev/null';
    return { words: [...elevation, "/bin/sh", "-c", script, "sh", ...words], stdin: `${password.reveal()}\n` };
  }
  const mark = randomUUID();
  const script = 'while IFS= read -r line; do [ "$line" != "$0" ] || exec "$@"; done; exit 125';
  return {
    words: [...elevation, "/bin/sh", "-c", script, mark, ...words],
    stdin: [`${password.reveal()}\n${mark}\n`, ...partsOf(stdin)],
  };
}
