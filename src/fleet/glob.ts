// Globs over host names and tags. A glob matches a whole word, and means what it means to the `glob` crate of Rust, which
// colmena reads its --on with: `*`, `?`, `[abc]`, `[a-z]`, `[!a-z]`, and `**` as a path component of its own.

/** A pattern of literal characters and wildcards, ready to match. */
export interface Glob {
  /** As the operator wrote it. */
  readonly text: string;
  /** Whether it has a wildcard at all; without one it names exactly one word. */
  readonly isPattern: boolean;
  /** Takes time by the product of both lengths at most, whatever the pattern. */
  matches(word: string): boolean;
}

/** First and last character. */
type Range = readonly [string, string];

type Token =
  | { readonly kind: "one"; readonly accepts: (character: string) => boolean }
  | { readonly kind: "many" }
  /** The two tokens after this one may be left out. */
  | { readonly kind: "optional" };

/**
 * Reads a glob; null where a bracket is never closed, or holds a range that runs backwards and so can match nothing.
 *
 * @example parseGlob("web-[0-4]?")?.matches("web-01") // true
 */
export function parseGlob(text: string): Glob | null {
  const characters = Array.from(text);
  const tokens: Token[] = [];
  let isPattern = false;
  for (let index = 0; index < characters.length;) {
    const character = characters[index] ?? "";
    isPattern ||= "*?[".includes(character);
    if (character === "*") {
      const begin = index;
      while (characters[index] === "*") index += 1;
      const isComponent = index - begin === 2 && (begin === 0 || characters[begin - 1] === "/");
      if (isComponent && characters[index] === "/") {
        // Nothing, or whole path components with their slashes.
        tokens.push({ kind: "optional" }, { kind: "many" }, literal("/"));
        index += 1;
      } else tokens.push({ kind: "many" });
    } else if (character === "[") {
      const end = closingBracket(characters, index);
      if (end === null) return null;
      const accepts = characterSet(characters.slice(index + 1, end));
      if (accepts === null) return null;
      tokens.push({ kind: "one", accepts });
      index = end + 1;
    } else {
      tokens.push(character === "?" ? { kind: "one", accepts: () => true } : literal(character));
      index += 1;
    }
  }
  return { text, isPattern, matches: (word) => matchesAll(tokens, word) };
}

/**
 * Where the bracket that opens at `open` is closed; null where it is not. The first character of a set can be a closing
 * bracket itself: `[]]`, `[!]]`.
 */
export function closingBracket(characters: readonly string[], open: number): number | null {
  const first = characters[open + 1] === "!" ? open + 2 : open + 1;
  const end = characters.indexOf("]", first + 1);
  return end === -1 ? null : end;
}

/** What stands between brackets, as a test of a character. */
function characterSet(inside: readonly string[]): ((character: string) => boolean) | null {
  const except = inside[0] === "!";
  const ranges: Range[] = [];
  for (let index = except ? 1 : 0; index < inside.length;) {
    const first = inside[index] ?? "";
    const last = inside[index + 1] === "-" ? inside[index + 2] : undefined;
    ranges.push([first, last ?? first]);
    index += last === undefined ? 1 : 3;
  }
  if (ranges.some(([first, last]) => point(first) > point(last))) return null;
  const isIn = (character: string): boolean =>
    ranges.some(([first, last]) => point(first) <= point(character) && point(character) <= point(last));
  return except ? (character) => !isIn(character) : isIn;
}

const point = (character: string): number => character.codePointAt(0) ?? 0;

const literal = (character: string): Token => ({ kind: "one", accepts: (other) => other === character });

/** All ways at once: the positions of the tokens that may come next, after each character. */
function matchesAll(tokens: readonly Token[], word: string): boolean {
  let next = withSkipped(tokens, [0]);
  for (const character of word) {
    const after = Array.from(next).flatMap((position) => {
      const token = tokens[position];
      if (token?.kind === "many") return [position];
      return token?.kind === "one" && token.accepts(character) ? [position + 1] : [];
    });
    next = withSkipped(tokens, after);
  }
  return next.has(tokens.length);
}

/** The positions, and those that are reached from them by what can match nothing. */
function withSkipped(tokens: readonly Token[], positions: readonly number[]): ReadonlySet<number> {
  const all = new Set(positions);
  for (const position of all) {
    const kind = tokens[position]?.kind;
    if (kind === "many" || kind === "optional") all.add(position + 1);
    if (kind === "optional") all.add(position + 3);
  }
  return all;
}
