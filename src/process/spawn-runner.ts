// The real Runner: programs as process groups with a deadline. node:child_process and not execa: bundled by `esbuild --bundle --minify
// --platform=node`, a program that runs `true` takes 33 ms with the one, 59 with the other (`node -e 0`: 24; median of 11 runs).
import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { type LiveChildren, liveChildren } from "./live-children.ts";
import { processGroup } from "./process-group.ts";
import { writeInput } from "./program-input.ts";
import { programOutput } from "./program-output.ts";
import type { Command, ProcessResult, Runner, RunningProcess, RunOptions } from "./runner.ts";
import { startError } from "./start-error.ts";

export interface SpawnRunnerOptions {
  /** What programs inherit; a command's own `env` is laid over it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

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
  const { signal } = options;
  if (signal?.aborted === true) return neverStarted(Promise.resolve(abortedBeforeStart));
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
  const group = processGroup(child.pid, live);
  const output = programOutput(child.stdout, child.stderr, options);
  let timedOut = false;
  let aborted = false;
  let inputError: { readonly error: unknown } | null = null;

  // What has left the group may hold our pipes for ever.
  const terminate = (): void => group.terminate(() => output.close());
  const onAbort = (): void => {
    aborted = true;
    terminate();
  };
  const onDeadline = (): void => {
    timedOut = true;
    terminate();
  };
  const deadlineTimer = setTimeout(onDeadline, Math.min(command.deadline, longestTimeout));
  signal?.addEventListener("abort", onAbort, { once: true });
  const release = (): void => {
    clearTimeout(deadlineTimer);
    signal?.removeEventListener("abort", onAbort);
    group.release();
  };

  child.once("error", (error) => {
    if (child.pid !== undefined) return;
    release();
    reject(startError(command, error));
  });
  child.once("exit", () => {
    group.leaderEnded();
    child.stdin?.destroy();
    output.closeWhenSilent();
  });
  child.once("close", (exitCode) => {
    release();
    if (inputError === null) resolve({ exitCode, ...output.finish(), timedOut, aborted });
    else reject(inputError.error);
  });

  // A program need not read its stdin to the end; what matters is how it exits.
  child.stdin?.on("error", ignore);
  const feed = async (): Promise<void> => {
    if (child.stdin === null) return;
    try {
      await writeInput(child.stdin, command.stdin ?? []);
      if (stdin === "given") child.stdin.end();
    } catch (error) {
      // Half of its input must not pass for all of it.
      inputError = { error };
      terminate();
    }
  };
  void feed();

  return {
    finished,
    write: (text) =>
      new Promise((done, fail) => {
        if (child.stdin?.writable !== true) return fail(new Error(`${command.file} has closed its stdin`));
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
