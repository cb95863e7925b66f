// Takes the texts of keys out of what Nix says: where one has the wrong type or two values, Nix prints the values.

/** The option's name stands in quotes of one kind or another; what follows below it, indented, are its values. */
const names = /\bkeys\..*\btext['`"’]?.* (?:is not of type|has conflicting definition values)/u;
const indented = /^\s/u;
const begins = /^\s*(?:error:|at |…|\(use|trace:|warning:)/u;

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
      return line.replace(/Definition values:.*$/u, "Definition values: [secret]");
    }
    telling &&= indented.test(line) && !begins.test(line);
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
