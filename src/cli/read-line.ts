// From the words of the operator to the words that stricli reads, and the context that they are read in.
import { commands } from "./commands.ts";
import type { Context } from "./context.ts";
import { joinFlagPairs, pairFlags } from "./pair-flags.ts";
import { type FlagWords, readSpellings } from "./spellings.ts";

/** @throws FlotillaError E_USAGE */
export function readLine(
  line: readonly string[],
  context: Context,
): { readonly words: readonly string[]; readonly context: Context } {
  const { colours, words } = readSpellings(line, flagWordsOf);
  return {
    words: joinFlagPairs(words, shortPairsOf(words[0] ?? "")),
    context: colours === null ? context : withColours(context, colours),
  };
}

function flagWordsOf(command: string): FlagWords | null {
  const known = Object.hasOwn(commands, command) ? commands[command] : undefined;
  if (known === undefined) return null;
  const { aliases = {}, flags = {} } = known.command.parameters;
  const words = new Map<string, number>();
  for (const [name, { kind }] of Object.entries(flags)) {
    const long = longFlag(name);
    words.set(long, kind === "boolean" || kind === "counter" ? 0 : (pairFlags[long]?.length ?? 1));
    for (const [letter, same] of Object.entries(aliases)) {
      if (same === name) words.set(`-${letter}`, words.get(long) ?? 0);
    }
  }
  return words;
}

/** The letters of a command that stand for flags of two words. */
function shortPairsOf(command: string): Readonly<Record<string, string>> {
  const { aliases = {} } = (Object.hasOwn(commands, command) ? commands[command] : undefined)?.command.parameters ?? {};
  return Object.fromEntries(
    Object.entries(aliases)
      .map(([letter, name]) => [`-${letter}`, longFlag(name)] as const)
      .filter(([, long]) => Object.hasOwn(pairFlags, long)),
  );
}

const longFlag = (name: string): string => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** The same process, but for what it says of colours. */
function withColours(context: Context, colours: "always" | "never"): Context {
  const env = {
    ...context.process.env,
    NO_COLOR: colours === "never" ? "1" : undefined,
    FORCE_COLOR: colours === "always" ? "1" : undefined,
  };
  const process: Context["process"] = Object.create(context.process, { env: { value: env } });
  return { ...context, process, useCases: () => context.useCases(env) };
}
