// Globs over host names and tags: `*`, `?`, `[abc]`, `[a-z]`, `[!a-z]`. A glob matches a whole word.

/** A pattern of literal characters and wildcards, ready to match. */
export interface Glob {
  /** As the operator wrote it. */
  readonly text: string;
  /** Whether it has a wildcard at all; without one it names exactly one word. */
  readonly isPattern: boolean;
  matches(word: string): boolean;
}

/**
 * Reads a glob; null where a bracket is never closed or holds a range that runs backwards.
 *
 * @example parseGlob("web-[0-4]?")?.matches("web-01") // true
 */
export function parseGlob(text: string): Glob | null {
  let source = "";
  let isPattern = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? "";
    if (character === "*") {
      isPattern = true;
      if (!source.endsWith(".*")) source += ".*";
    } else if (character === "?") {
      isPattern = true;
      source += ".";
    } else if (character === "[") {
      const set = /^\[(!?)([^\]]+)\]/u.exec(text.slice(index));
      if (set === null) return null;
      isPattern = true;
      source += `[${set[1] === "!" ? "^" : ""}${(set[2] ?? "").replaceAll(/[\\^[]/gu, String.raw`\$&`)}]`;
      index += set[0].length - 1;
    } else {
      source += character.replaceAll(/[\\^$.|+(){}\]]/gu, String.raw`\$&`);
    }
  }
  try {
    const expression = new RegExp(`^${source}$`, "su");
    return { text, isPattern, matches: (word) => expression.test(word) };
  } catch {
    return null; // [z-a]
  }
}
