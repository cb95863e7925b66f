// Takes the texts of keys out of what Nix says: it prints the values of options that are wrong, and lines of the source.

/**
 * The option's name stands in quotes of one kind or another; what follows below it, indented, are its values. Whatever is
 * written to a key may be its text, under a mistyped name or none; and where an option does not exist, its name may be a
 * mistyped one of those that lead to keys.
 */
const names =
  /\b(?:deployment\.keys\b|keys\..*\btext['`"’]?).* (?:is not of type|has conflicting definition values)|\boption .* does not exist/u;
const place = /^(\s*- In [`'‘"].*?['’"]:)(?:\s.*)?$/u;
/** Nix takes the blanks from the ends of lines, so that an empty line of a value has no indentation. */
const continues = /^(?:\s|$)/u;
/** A value's own lines stand further in. */
const begins = /^\s{0,9}(?:error:|at |…|\(use|trace:|warning:|Did you mean|Use `)/u;

/** A line of the source that an error shows, with its number. */
const excerpt = /^\s*(?:\d+)?\s*\|/u;
const excerptOfText = /^(\s*\d+\s*\|.*?\btext\s*=).*$/u;

const leftOut = "[left out]";

/**
 * A filter for the lines of one program's stderr, in their order; null for a line that is left out.
 *
 * @example
 * const filter = keyTextFilter();
 * filter("error: A definition for option `deployment.keys.x.text' is not of type `string'. Definition values:"); // itself
 * filter("       - In `/infra/hive.nix': [ \"hunter2\" ]"); // "       - In `/infra/hive.nix': [left out]"
 */
export function keyTextFilter(): (line: string) => string | null {
  let values = false;
  let source = false;
  return (line) => {
    if (names.test(line)) {
      values = true;
      return line.replace(/(definition values:)\s*\S.*$/iu, `$1 ${leftOut}`);
    }
    values &&= continues.test(line) && !begins.test(line);
    if (values) return place.test(line) ? line.replace(place, `$1 ${leftOut}`) : null;
    // A text of several lines goes on below.
    if (source && excerpt.test(line)) return null;
    source = excerptOfText.test(line);
    return source ? line.replace(excerptOfText, `$1 ${leftOut}`) : line;
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
