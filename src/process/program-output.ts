// What a program says: handed on by lines or collected, and cut off when somebody else keeps its pipes open.
import type { Readable } from "node:stream";
import { splitLines } from "./line-splitter.ts";
import type { ProcessResult, RunOptions } from "./runner.ts";

export interface ProgramOutput {
  /** Hands on the last lines and gives what was kept. */
  finish(): Pick<ProcessResult, "stdout" | "stderr">;
  /** The program has ended: closes the pipes once nothing more comes, such as from a daemon that it left. */
  closeWhenSilent(): void;
  /** Closes the pipes, whoever holds them. */
  close(): void;
}

/** Milliseconds of silence after which the pipes of an ended program are closed. */
const silence = 1_000;
/** Lines of stderr that are kept for an error message. */
const stderrTail = 200;

/** Reads both pipes of a program; one that could not be started has none. */
export function programOutput(stdout: Readable | null, stderr: Readable | null, options: RunOptions): ProgramOutput {
  let heard = false;
  let finished = false;

  const chunks: Uint8Array[] = [];
  const outLines = options.onStdoutLine && splitLines(options.onStdoutLine);
  stdout?.on("data", (chunk: Uint8Array) => {
    heard = true;
    outLines?.push(chunk);
    options.onStdoutBytes?.(chunk);
    if (!outLines && !options.onStdoutBytes) chunks.push(chunk);
  });

  const tail: string[] = [];
  const errorLines = splitLines((line) => {
    tail.push(line);
    if (tail.length > stderrTail) tail.shift();
    options.onStderrLine?.(line);
  });
  stderr?.on("data", (chunk: Uint8Array) => {
    heard = true;
    errorLines.push(chunk);
  });

  const close = (): void => {
    stdout?.destroy();
    stderr?.destroy();
  };
  const closeWhenSilent = (): void => {
    if (finished) return;
    heard = false;
    // The immediate comes after a look at the pipes, so that what lies in them is read even when we were busy.
    const look = (): void => void setImmediate(() => (heard ? closeWhenSilent() : close()));
    setTimeout(look, silence).unref();
  };
  return {
    finish() {
      finished = true;
      outLines?.flush();
      errorLines.flush();
      return { stdout: Buffer.concat(chunks).toString("utf8"), stderr: tail.join("\n") };
    },
    closeWhenSilent,
    close,
  };
}
