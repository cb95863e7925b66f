// nix's --option and --override-input take two words each, as some of nixos-anywhere's flags do. stricli cannot express that:
// the two become one before it looks.
import { FlotillaError } from "../domain/flotilla-error.ts";

/** The flags that take two words, with what the words are. */
export const pairFlags: Readonly<Record<string, readonly [string, string]>> = {
  "--option": ["NAME", "VALUE"],
  "--override-input": ["INPUT", "FLAKE"],
  "--store-paths": ["DISKO", "SYSTEM"],
  "--ssh-store-setting": ["NAME", "VALUE"],
  "--chown": ["PATH", "OWNER"],
  "--disk-encryption-keys": ["REMOTE", "LOCAL"],
  "--generate-hardware-config": ["PROGRAM", "PATH"],
};

/**
 * Joins each pair flag and its two words into one word, the pair as JSON; leaves everything else, and everything after `--`.
 * @param short letters that stand for such a flag in this command, e.g. "-s" for "--store-paths"
 * @throws FlotillaError E_USAGE when a word is missing
 * @example joinFlagPairs(["deploy", "--option", "cores", "2"]) // ["deploy", '--option=["cores","2"]']
 */
export function joinFlagPairs(
  words: readonly string[],
  short: Readonly<Record<string, string>> = {},
): readonly string[] {
  const joined: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const written = words[index] ?? "";
    const word = Object.hasOwn(short, written) ? (short[written] ?? written) : written;
    if (word === "--") return [...joined, ...words.slice(index)];
    const names = Object.hasOwn(pairFlags, word) ? pairFlags[word] : undefined;
    if (names === undefined) {
      joined.push(word);
      continue;
    }
    const [name, value] = [words[index + 1], words[index + 2]];
    if (name === undefined || value === undefined || name.startsWith("-") || value === "--") {
      throw new FlotillaError("E_USAGE", `${word} takes two words: ${word} ${names.join(" ")}`);
    }
    joined.push(`${word}=${JSON.stringify([name, value])}`);
    index += 2;
  }
  return joined;
}
