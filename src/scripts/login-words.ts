// The words of ssh that lead to a target from a script: those of its settings. What is the script's own, it adds itself.
import { interactiveArguments } from "../ssh/ssh-arguments.ts";
import type { Target } from "../ssh/target.ts";

/**
 * Without the address, and without a pinned key, which needs a file.
 *
 * @throws FlotillaError E_CONFIGURATION for an address that ssh would take for an option
 * @example loginWords({ …, user: "root", port: 2222, options: [] }) // ["-p", "2222", "-l", "root"]
 */
export function loginWords(target: Target): readonly string[] {
  const words = interactiveArguments(target, { environment: {}, knownHosts: null }, []);
  return words.slice(0, words.lastIndexOf("--"));
}
