// From the words of the operator to the words that stricli reads, and the context that they are read in.
import { commands } from "./commands.ts";
import type { Context } from "./context.ts";
import { joinFlagPairs } from "./pair-flags.ts";
import { readSpellings } from "./spellings.ts";

/** @throws FlotillaError E_USAGE */
export function readLine(
  line: readonly string[],
  context: Context,
): { readonly words: readonly string[]; readonly context: Context } {
  const { colours, words } = readSpellings(line, longFlagsOf);
  return { words: joinFlagPairs(words), context: colours === null ? context : withColours(context, colours) };
}

function longFlagsOf(command: string): ReadonlySet<string> {
  const known = Object.hasOwn(commands, command) ? commands[command] : undefined;
  const names = Object.keys(known?.command.parameters.flags ?? {});
  return new Set(names.map((name) => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`));
}

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
