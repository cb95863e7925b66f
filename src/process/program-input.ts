// What programs read from stdin, as data.
import { once } from "node:events";
import type { Writable } from "node:stream";

/** What is held, or comes piece by piece, such as from a file that is too large to hold. */
export type InputPart = string | Uint8Array | AsyncIterable<Uint8Array>;

/** Of several parts, each is written after the one before. What many programs read alike, as bytes, is then held once for all. */
export type ProgramInput = string | Uint8Array | readonly InputPart[];

/** In the order in which they are written. */
export function partsOf(input: ProgramInput): readonly InputPart[] {
  return typeof input === "string" || input instanceof Uint8Array ? [input] : input;
}

/** All that is read, in one piece; for what is held. */
export function wholeOf(input: ProgramInput): Buffer {
  return Buffer.concat(
    partsOf(input).map((part) => {
      if (isStream(part)) throw new TypeError("a stream is not held");
      return Buffer.from(part);
    }),
  );
}

/**
 * Writes all parts; of a stream only as much is asked for as the program takes. Ends where the program reads no more. What is
 * held is handed over before this returns, up to the first stream.
 *
 * @throws what a stream throws
 */
export async function writeInput(stdin: Writable, input: ProgramInput): Promise<void> {
  for (const part of partsOf(input)) {
    if (!isStream(part)) {
      stdin.write(part);
      continue;
    }
    for await (const piece of part) {
      if (!stdin.writable) return;
      if (!stdin.write(piece)) await drained(stdin);
    }
  }
}

/** Also resolves when nothing will ever be taken again. */
async function drained(stdin: Writable): Promise<void> {
  const heard = new AbortController();
  const { signal } = heard;
  await Promise.race([once(stdin, "drain", { signal }), once(stdin, "close", { signal })]).catch(() => null);
  heard.abort();
}

const isStream = (part: InputPart): part is AsyncIterable<Uint8Array> =>
  typeof part !== "string" && Symbol.asyncIterator in part;
