// A string as a literal of Nix: the one way in which a value gets into an expression.

/**
 * Quotes a string for an expression of Nix.
 *
 * @example nixString('a "b" ${c}') // "a \"b\" \${c}"
 */
export function nixString(text: string): string {
  // Unescaped, Nix reads a carriage return as a line break.
  return `"${text.replace(/["\\]|\$(?=\{)/gu, "\\$&").replaceAll("\r", "\\r")}"`;
}
