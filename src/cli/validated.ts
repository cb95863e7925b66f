// Between stricli and our parsers: loads them when a word needs one, and says in the error which flag or argument it was.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type * as allParsers from "./parsers.ts";

type Parsers = typeof allParsers;

/**
 * A stricli parser that hands the word to one of ours.
 * @param name how the operator wrote it, for the message: "--parallel", "HOST"
 * @throws FlotillaError E_USAGE
 * @example { kind: "parsed", parse: validated("--parallel", (parsers) => parsers.count) }
 */
export const validated =
  <Value>(name: string, choose: (parsers: Parsers) => (word: string) => Value) =>
  async (word: string): Promise<Value> => {
    const parse = choose(await import("./parsers.ts"));
    try {
      return parse(word);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new FlotillaError("E_USAGE", `${name} ${JSON.stringify(word)}: ${reason}`, { cause: error });
    }
  };
