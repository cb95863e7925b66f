// A string as a literal of Nix: the one way in which a value gets into an expression.

/**
 * Quotes a string for an expression of Nix.
 *
 * @example nixString('a "b" ${c}') // "a \"b\" \${c}"
 */
export function nixString(text: string): string {
  return `"${text.replace(/["\\]|\$(?=\{)/gu, "\\$&")}"`;
}
