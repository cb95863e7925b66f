// Runs the programs that the bed is made of (ip, mount, ssh, nix …), each with a deadline.
import { execa } from "execa";

export interface RunOptions {
  /** Milliseconds until the program is killed; a minute unless told. */
  readonly deadline?: number;
  readonly signal?: AbortSignal | undefined;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

export interface Completed {
  /** null: ended by a signal, by its deadline or by the AbortSignal. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end; a failure is a result. */
export async function attempt(words: readonly [string, ...string[]], options: RunOptions = {}): Promise<Completed> {
  const [file, ...args] = words;
  const result = await execa(file, args, {
    reject: false,
    timeout: options.deadline ?? 60_000,
    forceKillAfterDelay: 2000,
    stripFinalNewline: true,
    ...(options.stdin === undefined ? { stdin: "ignore" } : { input: options.stdin }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const startError =
    result.exitCode === undefined && result.signal === undefined ? `${result.shortMessage ?? ""}\n` : "";
  return { exitCode: result.exitCode ?? null, stdout: result.stdout, stderr: startError + result.stderr };
}

/** Runs a program that has to succeed, and gives its stdout without the last newline. Throws with its stderr. */
export async function run(words: readonly [string, ...string[]], options: RunOptions = {}): Promise<string> {
  const { exitCode, stdout, stderr } = await attempt(words, options);
  options.signal?.throwIfAborted();
  if (exitCode === 0) return stdout;
  const end = exitCode === null ? "could not start, or did not end in time" : `ended with ${exitCode}`;
  throw new Error(`${words.join(" ")}: ${end}\n${lastLines(stderr || stdout, 20)}`);
}

function lastLines(text: string, count: number): string {
  return text.trimEnd().split("\n").slice(-count).join("\n");
}
