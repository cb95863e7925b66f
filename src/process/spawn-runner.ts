// The real Runner: programs as process groups with a deadline.
// node:child_process and not execa, whose bundle adds 26 ms to a start of 32 ms.
import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { splitLines } from "./line-splitter.ts";
import { type LiveChild, type LiveChildren, liveChildren } from "./live-children.ts";
import type { Command, ProcessResult, Runner, RunningProcess, RunOptions } from "./runner.ts";
import { startError } from "./start-error.ts";

export interface SpawnRunnerOptions {
  /** What programs inherit; a command's own `env` is laid over it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Milliseconds between SIGTERM and SIGKILL. */
const grace = 5_000;
/** Milliseconds a pipe may stay open after its program has ended: someone else holds it, such as a daemon it left. */
const drain = 1_000;
const stderrTail = 200;

/**
 * Makes the Runner that starts real programs. Each is a process group of its own, ended as a whole at its deadline, when
 * the signal aborts, and when this process ends.
 *
 * @example await spawnRunner().run({ file: "nix", args: ["--version"], deadline: 5_000 })
 */
export function spawnRunner({ environment }: SpawnRunnerOptions = { environment: process.env }): Runner {
  const live = liveChildren(process);
  return {
    run(command, options = {}) {
      const { finished } = supervise(
        command,
        options,
        environment,
        live,
        command.stdin === undefined ? "none" : "given",
      );
      return finished;
    },
    start(command, options = {}) {
      return supervise(command, options, environment, live, "open");
    },
    interactive: (command) => interactive(command, environment),
  };
}

type StdinMode = "none" | "given" | "open";

function supervise(
  command: Command,
  options: RunOptions,
  environment: SpawnRunnerOptions["environment"],
  live: LiveChildren,
  stdin: StdinMode,
): RunningProcess {
  if (options.signal?.aborted === true) return neverStarted(Promise.resolve(abortedBeforeStart));
  let child: ChildProcess;
  try {
    child = spawn(command.file, command.args, {
      detached: true,
      env: merge(environment, command.env),
      stdio: [stdin === "none" ? "ignore" : "pipe", "pipe", "pipe"],
      ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
    });
  } catch (error) {
    return neverStarted(Promise.reject(startError(command, error)));
  }

  const { promise: finished, resolve, reject } = Promise.withResolvers<ProcessResult>();
  // Whoever holds a RunningProcess may look at `finished` late.
  finished.catch(ignore);
  let timedOut = false;
  let aborted = false;
  let closed = false;

  const signalGroup = (signal: NodeJS.Signals | 0): boolean => {
    if (child.pid === undefined) return false;
    try {
      return process.kill(-child.pid, signal);
    } catch {
      return false; // no process is left in the group
    }
  };
  let killTimer: NodeJS.Timeout | undefined;
  const liveChild: LiveChild = { end: () => signalGroup(killTimer === undefined ? "SIGTERM" : "SIGKILL") };
  const terminate = (): void => {
    if (killTimer !== undefined || closed) return;
    signalGroup("SIGTERM");
    killTimer = setTimeout(() => {
      signalGroup("SIGKILL");
      live.remove(liveChild);
      setTimeout(closePipes, drain);
    }, grace);
  };
  const onAbort = (): void => {
    aborted = true;
    terminate();
  };
  const onDeadline = (): void => {
    timedOut = true;
    terminate();
  };
  const deadlineTimer = setTimeout(onDeadline, Math.min(command.deadline, longestTimeout));

  const closePipes = (): void => {
    child.stdout?.destroy();
    child.stderr?.destroy();
  };
  let heard = false;
  const closePipesWhenSilent = (): void => {
    if (closed) return;
    heard = false;
    // The immediate comes after a look at the pipes, so that what lies in them is read even when we were busy.
    setTimeout(() => setImmediate(() => (heard ? closePipesWhenSilent() : closePipes())), drain);
  };

  const stdout: Uint8Array[] = [];
  const outLines = options.onStdoutLine && splitLines(options.onStdoutLine);
  child.stdout?.on("data", (chunk: Uint8Array) => {
    heard = true;
    if (outLines) outLines.push(chunk);
    else stdout.push(chunk);
  });
  const stderr: string[] = [];
  const errorLines = splitLines((line) => {
    stderr.push(line);
    if (stderr.length > stderrTail) stderr.shift();
    options.onStderrLine?.(line);
  });
  child.stderr?.on("data", (chunk: Uint8Array) => {
    heard = true;
    errorLines.push(chunk);
  });
  // A program need not read its stdin to the end; what matters is how it exits.
  child.stdin?.on("error", ignore);

  const release = (): void => {
    closed = true;
    clearTimeout(deadlineTimer);
    options.signal?.removeEventListener("abort", onAbort);
    if (killTimer !== undefined && signalGroup(0)) {
      killTimer.unref(); // those of the group that outlive SIGTERM get their SIGKILL then, or when we exit
      return;
    }
    clearTimeout(killTimer);
    live.remove(liveChild);
  };
  child.once("error", (error) => {
    if (child.pid !== undefined) return;
    release();
    reject(startError(command, error));
  });
  child.once("exit", () => {
    // What a program leaves behind when it ends by itself, it leaves on purpose.
    if (killTimer === undefined) live.remove(liveChild);
    child.stdin?.destroy();
    closePipesWhenSilent();
  });
  child.once("close", (exitCode) => {
    release();
    outLines?.flush();
    errorLines.flush();
    resolve({ exitCode, stdout: Buffer.concat(stdout).toString("utf8"), stderr: stderr.join("\n"), timedOut, aborted });
  });

  if (child.pid !== undefined) live.add(liveChild);
  options.signal?.addEventListener("abort", onAbort, { once: true });
  if (stdin === "given") child.stdin?.end(command.stdin);
  else if (command.stdin !== undefined) child.stdin?.write(command.stdin);

  return {
    finished,
    write: (text) =>
      new Promise((done, fail) => {
        if (!child.stdin?.writable) return fail(new Error(`${command.file} has closed its stdin`));
        child.stdin.write(text, (error) => (error ? fail(error) : done()));
      }),
    end: () => child.stdin?.end(),
    kill: terminate,
  };
}

/** setTimeout takes no more: 24 days. */
const longestTimeout = 2 ** 31 - 1;

const abortedBeforeStart: ProcessResult = { exitCode: null, stdout: "", stderr: "", timedOut: false, aborted: true };

function neverStarted(finished: Promise<ProcessResult>): RunningProcess {
  finished.catch(ignore);
  return {
    finished,
    write: () => Promise.reject(new Error("the program was never started")),
    end: () => {},
    kill: () => {},
  };
}

function merge(base: SpawnRunnerOptions["environment"], own: Command["env"]): NodeJS.ProcessEnv {
  // spawn leaves out what is undefined.
  return { ...base, ...own };
}

/** In our own process group, or the terminal would stop it: Ctrl-C then reaches both, and is the program's to answer. */
function interactive(
  command: Omit<Command, "stdin" | "deadline">,
  environment: SpawnRunnerOptions["environment"],
): Promise<number> {
  process.on("SIGINT", ignore).on("SIGQUIT", ignore);
  return new Promise<number>((resolve, reject) => {
    const child = spawn(command.file, command.args, {
      stdio: "inherit",
      env: merge(environment, command.env),
      ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
    });
    child.once("error", (error) => reject(startError(command, error)));
    child.once("exit", (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  }).finally(() => {
    process.off("SIGINT", ignore).off("SIGQUIT", ignore);
  });
}

function ignore(): void {}
