// Other words for the same, as people know them from colmena and deploy-rs, put into ours before the line is read.
import { FlotillaError } from "../domain/flotilla-error.ts";

/** Long flags that are the same as another. A command that has a flag of this name itself keeps it. */
export const sameFlag: Readonly<Record<string, string>> = {
  "--config": "--flake",
  "--file": "--flake",
  "--nix-option": "--option",
  "--no-substitutes": "--no-substitute",
  "--interactive": "--ask",
  "--hostname": "--target-host",
  "--ask-elevate-password": "--ask-sudo-password",
  "--target-host": "--target",
};

/** Commands that are the same as another. */
export const sameCommand: Readonly<Record<string, string>> = { "upload-keys": "keys", introspect: "eval" };

/** Commands after whose first word of their own everything is another program's, flags too. */
const takesCommand = new Set(["exec"]);

/** Flags whose value may begin with a dash, being words for another program. */
const takesDashes = new Set(["--ssh-opts", "--build-cmdline", "--kexec-extra-flags"]);

/** The flags that colmena takes also in front of the command, with how many words each is followed by. */
const inFront: Readonly<Record<string, number>> = {
  "-f": 1,
  "--config": 1,
  "--flake": 1,
  "--show-trace": 0,
  "--impure": 0,
  "--nix-option": 2,
  "--option": 2,
  "--color": 1,
};

export interface ReadLine {
  readonly words: readonly string[];
  /** --color; null: as the terminal and the environment say. */
  readonly colours: "always" | "never" | null;
}

/** The flags of a command as they are written, "--parallel" and "-p", each with how many words it is followed by. */
export type FlagWords = ReadonlyMap<string, number>;

/**
 * The line in our words: flags in front of the command go behind it, names become ours, `-p5` becomes `-p 5` and
 * `--targets a b` one flag a target, and what a deploy has after `--` becomes words for Nix. Nothing after `--` is looked
 * at, nor after the first word of a command for hosts.
 *
 * @param flagsOf a command, which may have two words; null where there is none of that name
 * @throws FlotillaError E_USAGE for a --color that is none, or a word that could be a host or a program
 * @example readSpellings(["-f", "hive.nix", "apply", "--nix-option", "cores", "2"], flagsOf)
 */
export function readSpellings(line: readonly string[], flagsOf: (command: string) => FlagWords | null): ReadLine {
  const { front, words: given } = behindTheFront(line);
  const [name = "", second, ...others] = given;
  const first = own(sameCommand, name) ?? name;
  const isNested = second !== undefined && flagsOf(`${first} ${second}`) !== null;
  const command = isNested ? `${first} ${second}` : first;
  const rest = [...front, ...(second === undefined || isNested ? [] : [second]), ...others];
  const flags = flagsOf(command) ?? new Map<string, number>();
  const words: string[] = [];
  let colours: ReadLine["colours"] = null;
  for (let index = 0; index < rest.length; index += 1) {
    const word = rest[index] ?? "";
    if (word === "--") {
      const after = rest.slice(index + 1);
      words.push(...(flags.has("--nix-argument") ? after.map((one) => `--nix-argument=${one}`) : ["--", ...after]));
      break;
    }
    if (takesCommand.has(command) && !word.startsWith("-")) {
      if (rest[index + 1] === "--") throw hostOrProgram(command, word);
      words.push("--", ...rest.slice(index));
      break;
    }
    const [flag, value] = splitFlag(word);
    const short = word.slice(0, 2);
    if (flag === "--color") {
      colours = colourOf(value ?? rest[index + 1] ?? "");
      index += value === undefined ? 1 : 0;
    } else if (flag === "--targets" && value === undefined && flags.has(flag)) {
      const end = rest.findIndex((one, at) => at > index && one.startsWith("-"));
      const targets = rest.slice(index + 1, end === -1 ? undefined : end);
      words.push(...(targets.length === 0 ? [flag] : targets.map((target) => `${flag}=${target}`)));
      index += targets.length;
    } else if (/^-[A-Za-z]./su.test(word) && flags.get(short) === 1) {
      words.push(short, word.slice(word[2] === "=" ? 3 : 2));
    } else {
      const same = flags.has(flag) ? undefined : own(sameFlag, flag);
      const ours = same !== undefined && flags.has(same) ? same : flag;
      const follow = value === undefined ? (flags.get(ours) ?? 0) : 0;
      // What looks like a long flag is one: the value was forgotten, or need not be said.
      const values = follow === 1 && rest[index + 1]?.startsWith("--") ? [] : rest.slice(index + 1, index + 1 + follow);
      const joined = value ?? (takesDashes.has(ours) ? values[0] : undefined);
      words.push(...(joined === undefined ? [ours, ...values] : [`${ours}=${joined}`]));
      index += values.length;
    }
  }
  const commandWords = isNested ? [first, second] : [first];
  return { words: name === "" && words.length === 0 ? [] : [...commandWords, ...words], colours };
}

/** `--flag=value` in two; anything else as it is. */
function splitFlag(word: string): readonly [string, string?] {
  const [, flag, value] = /^(--[^=]+)=(.*)$/su.exec(word) ?? [];
  return flag === undefined || value === undefined ? [word] : [flag, value];
}

/** What stands in front of the command, and the line from there on. */
function behindTheFront(line: readonly string[]): {
  readonly front: readonly string[];
  readonly words: readonly string[];
} {
  let index = 0;
  while (index < line.length) {
    const [flag, value] = splitFlag(line[index] ?? "");
    const follow = own(inFront, flag);
    if (follow === undefined) break;
    index += value === undefined ? 1 + follow : 1;
  }
  const command = line[index];
  // Without a command, or with a flag of another kind in its place, the line is answered as it stands.
  const isAnswered = command === undefined || command.startsWith("-");
  return isAnswered ? { front: [], words: line } : { front: line.slice(0, index), words: line.slice(index) };
}

/** `exec web-1 -- reboot` would run a program web-1 on every host. */
const hostOrProgram = (command: string, word: string): FlotillaError =>
  new FlotillaError("E_USAGE", `${JSON.stringify(word)} before -- could be a host or a program`, {
    hint: `a host is named with --on, and a program comes after a first --: flotilla ${command} -- …`,
  });

function colourOf(word: string): ReadLine["colours"] {
  if (word === "auto") return null;
  if (word === "always" || word === "never") return word;
  throw new FlotillaError("E_USAGE", `--color ${JSON.stringify(word)}: expected auto, always or never`);
}

const own = <Value>(table: Readonly<Record<string, Value>>, key: string): Value | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;
