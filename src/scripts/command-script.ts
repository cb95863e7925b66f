// Writes a script that runs one command on hosts by itself, with sh and ssh alone.
import { readAsset } from "../assets.ts";
import type { HostName } from "../domain/host-name.ts";
import { shellQuote } from "../domain/shell-quote.ts";
import { nixAuthority } from "../ssh/ssh-arguments.ts";
import type { Target } from "../ssh/target.ts";
import { loginWords } from "./login-words.ts";
import { rowsFunction, shellFunction } from "./shell-text.ts";

export interface CommandScript {
  readonly hosts: readonly { readonly name: HostName; readonly logins: readonly Target[] }[];
  /** Words; they reach the program as they are. */
  readonly command: readonly [string, ...string[]];
  /** Comments at the head, one a line. */
  readonly about: readonly string[];
}

/**
 * The text of the script: the command on one host after the other, as the user that logs in, its lines marked with the
 * host's name. It exits with 0 where the command did everywhere, 4 where no host was reached, 1 otherwise.
 */
export function commandScript({ about, command, hosts }: CommandScript): string {
  return [
    "#!/bin/sh",
    ...about.map((line) => `# ${line.replaceAll(/\p{Cc}/gu, " ")}`),
    "# shellcheck disable=SC2317,SC2329,SC2034,SC2016,SC1003,SC1112 # functions are called by name; words are as they are",
    "set -u",
    "",
    readAsset("nix/krops/sh/remote-command-line.sh"),
    ...["report", "workspace", "reach", "run-command"].map((part) => readAsset(`src/scripts/parts/${part}.sh`)),
    rowsFunction("command_words", [command]),
    ...hosts.flatMap(({ logins, name }, index) => [
      shellFunction(`host_${index + 1}`, [
        `  name=${shellQuote([name])} host_key=${shellQuote([logins[0]?.hostKey ?? ""])}`,
      ]),
      rowsFunction(
        `logins_${index + 1}`,
        logins.map((target) => [nixAuthority(target), target.address, ...loginWords(target)]),
      ),
    ]),
    shellFunction("main", ["  begin", ...hosts.map((_, index) => `  run_command ${index + 1}`), "  final_status"]),
    "main",
    "",
  ].join("\n");
}
