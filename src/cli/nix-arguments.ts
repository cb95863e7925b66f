// What stands after `--` of a deploy, as with deploy-rs: more words for Nix, some of which are flags of ours too.
import type { NixSettings } from "../nix/nix.ts";

/**
 * The settings with the words taken in. What flotilla has to know of, as it locks and keeps what Nix says, becomes a
 * setting; every other word is handed on as it is.
 *
 * @example withNixArguments(settings, ["--impure", "-L"]) // impure: true, arguments: ["-L"]
 */
export function withNixArguments(settings: NixSettings, words: readonly string[]): NixSettings {
  let taken = settings;
  const others: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const [word = "", first = "", second = ""] = words.slice(index);
    if (word === "--impure") taken = { ...taken, impure: true };
    else if (word === "--show-trace") taken = { ...taken, showTrace: true };
    else if (word === "--option" && index + 2 < words.length) {
      taken = { ...taken, options: [...taken.options, [first, second]] };
      index += 2;
    } else if (word === "--override-input" && index + 2 < words.length) {
      taken = { ...taken, overrideInputs: [...taken.overrideInputs, [first, second]] };
      index += 2;
    } else others.push(word);
  }
  return others.length === 0 ? taken : { ...taken, arguments: others };
}
