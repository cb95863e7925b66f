// What programs read from stdin, as data.

/** Of several parts, each is written after the one before. What many programs read alike, as bytes, is then held once for all. */
export type ProgramInput = string | Uint8Array | readonly (string | Uint8Array)[];

/** In the order in which they are written. */
export function partsOf(input: ProgramInput): readonly (string | Uint8Array)[] {
  return typeof input === "string" || input instanceof Uint8Array ? [input] : input;
}

/** All that is read, in one piece. */
export function wholeOf(input: ProgramInput): Buffer {
  return Buffer.concat(partsOf(input).map((part) => Buffer.from(part)));
}
