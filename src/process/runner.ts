// What the rest of the program knows of processes: a command is data, a runner carries it out.
// process/spawn-runner.ts is the real one and the only file that may import execa or node:child_process.

import type { ProgramInput } from "./program-input.ts";

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** Added to our own environment; undefined takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Written to the program's stdin, which is then closed. Never logged. Without it stdin is empty. */
  readonly stdin?: ProgramInput;
  /** Milliseconds until the program's whole process group gets SIGTERM, and five seconds later SIGKILL. */
  readonly deadline: number;
}

export interface RunOptions {
  readonly signal?: AbortSignal;
  readonly onStdoutLine?: (line: string) => void;
  /** stdout as it comes, undecoded: for what need not be text. */
  readonly onStdoutBytes?: (chunk: Uint8Array) => void;
  readonly onStderrLine?: (line: string) => void;
}

export interface ProcessResult {
  /** null when a signal ended it. */
  readonly exitCode: number | null;
  /** Whole unless onStdoutLine or onStdoutBytes took it. */
  readonly stdout: string;
  /** The last 200 lines, or what is left after onStderrLine took them: always kept, for the error message. */
  readonly stderr: string;
  readonly timedOut: boolean;
  readonly aborted: boolean;
}

/** A program that goes on while we talk to it, such as an ssh master connection. */
export interface RunningProcess {
  readonly finished: Promise<ProcessResult>;
  /** Resolves when the bytes are handed to the pipe; rejects when the program is gone. */
  write(text: string): Promise<void>;
  /** Closes stdin: for most programs the polite way to end. */
  end(): void;
  /** SIGTERM to its process group, SIGKILL after five seconds. */
  kill(): void;
}

export interface Runner {
  /** Runs to the end. A non-zero exit is a result, not an exception; a program that cannot be started rejects with a FlotillaError. */
  run(command: Command, options?: RunOptions): Promise<ProcessResult>;
  /** Starts it with stdin open. The command's `stdin` is written first. */
  start(command: Command, options?: RunOptions): RunningProcess;
  /** Gives it our terminal; resolves with its exit status. */
  interactive(command: Omit<Command, "stdin" | "deadline">): Promise<number>;
}
