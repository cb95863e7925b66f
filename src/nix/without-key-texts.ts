// Takes the texts of keys out of what Nix says: where one has the wrong type or two values, Nix prints the values.

/**
 * The option's name stands in quotes of one kind or another; what follows below it, indented, are its values. Whatever is
 * written to a key may be its text, under a mistyped name or none.
 */
const names =
  /\b(?:deployment\.keys\b|keys\..*\btext['`"’]?).* (?:is not of type|has conflicting definition values|does not exist)/u;
/** Nix takes the blanks from the ends of lines, so that an empty line of a value has no indentation. */
const continues = /^(?:\s|$)/u;
/** A value's own lines stand further in. */
const begins = /^\s{0,9}(?:error:|at |…|\(use|trace:|warning:)/u;

/**
 * A filter for the lines of one program's stderr, in their order; null for a line that is left out.
 *
 * @example
 * const filter = keyTextFilter();
 * filter("error: A definition for option `deployment.keys.x.text' is not of type `string'. Definition values:"); // itself
 * filter("       - In `/infra/hive.nix': [ \"hunter2\" ]"); // null
 */
export function keyTextFilter(): (line: string) => string | null {
  let telling = false;
  return (line) => {
    if (names.test(line)) {
      telling = true;
      return line.replace(/(definition values:).*$/iu, "$1 [secret]");
    }
    telling &&= continues.test(line) && !begins.test(line);
    return telling ? null : line;
  };
}

/** The whole of a program's stderr without them. */
export function withoutKeyTexts(stderr: string): string {
  const filter = keyTextFilter();
  return stderr
    .split("\n")
    .map(filter)
    .filter((line) => line !== null)
    .join("\n");
}
