// One piece of an install as a job on the machine: its lines in the run's log, its failure as an error of its own.
import type { ErrorCode } from "../domain/error-codes.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { Phase } from "../domain/phase.ts";
import type { ProgramInput } from "../process/program-input.ts";
import type { InstallServices } from "./install-services.ts";
import { type Lifeline, overLifeline } from "./lifeline.ts";
import { type RemoteJob, runRemoteJob } from "./remote-job.ts";

export interface MachineWork {
  readonly job: RemoteJob["name"];
  readonly script: string;
  readonly phase: Phase;
  /** What it is when it fails, and what is said of it then. */
  readonly code: ErrorCode;
  readonly what: string;
  readonly hint: string;
}

type WorkServices = Pick<InstallServices, "emit" | "interruption" | "run">;

/** Runs it to its end. A halt does not stop it: half of it would be worse than all of it. */
export async function workOnMachine(
  { emit, interruption, run }: WorkServices,
  line: Lifeline,
  { code, hint, job, phase, script, what }: MachineWork,
): Promise<void> {
  const { host } = line.connection.target;
  const { joined, log, status } = await runRemoteJob(
    line,
    { name: job, script: jobScript(script), token: run },
    {
      signal: interruption.leave,
      onLine: (text) => {
        emit({ type: "host-log", host, phase, line: text });
        const step = stepOf(text);
        if (step !== null) emit({ type: "host-progress", host, phase, ...step, unit: "steps" });
      },
    },
  );
  if (joined !== null) {
    const message = `${host}: run ${joined} had begun this and was broken off; it was followed to its end`;
    emit({ type: "warning", message });
  }
  if (status === 0) return;
  throw new FlotillaError(code, `${host}: ${what} (exit status ${status})`, { host, step: phase, hint, log });
}

/** The files of a job are root's alone; what it makes, such as a subvolume for /, is the new system's, and everybody's. */
export const jobScript = (script: string): string => `umask 022\n${script}`;

/** As disk/disk-script.ts prints it: `flotilla-disk: step 2/9 format /dev/vda1`; of one that failed it says so, after the same words. */
export function stepOf(
  line: string,
): { readonly done: number; readonly expected: number; readonly detail: string } | null {
  const [, number, count, title] = /^flotilla-disk: step (\d+)\/(\d+) (?!failed with status \d)(.*)$/u.exec(line) ?? [];
  if (number === undefined || count === undefined || title === undefined) return null;
  return { done: Number(number) - 1, expected: Number(count), detail: title };
}

/** Milliseconds. */
const shortDeadline = 120_000;

/**
 * Runs a short script as root, again where the connection breaks: it must be one that can be run twice.
 *
 * @param words its parameters
 * @throws FlotillaError of `code` where it ends with another status than 0
 */
export async function scriptOnMachine(
  line: Lifeline,
  script: string,
  words: readonly string[],
  failure: Pick<MachineWork, "code" | "hint" | "phase" | "what">,
  signal: AbortSignal,
): Promise<string> {
  return commandOnMachine(line, { words: ["sh", "-s", "--", ...words], stdin: script }, failure, signal);
}

/** The same for a command of its own, with what it reads from stdin. */
export async function commandOnMachine(
  line: Lifeline,
  command: { readonly words: readonly string[]; readonly stdin: ProgramInput; readonly deadline?: number },
  { code, hint, phase, what }: Pick<MachineWork, "code" | "hint" | "phase" | "what">,
  signal: AbortSignal,
): Promise<string> {
  const { exitCode, stderr, stdout } = await overLifeline(line, signal, (connection) =>
    connection.run({ deadline: shortDeadline, ...command, asRoot: true }, { signal }),
  );
  if (exitCode === 0) return stdout;
  const { host } = line.connection.target;
  const log = stderr.split("\n").slice(-20);
  throw new FlotillaError(code, `${host}: ${what} (exit status ${exitCode})`, { host, step: phase, hint, log });
}

/** Directories that are missing are everybody's, as in any system: one may be the root of the new system's store. */
export const writeScript = 'umask 022 && mkdir -p "${1%/*}/" && umask 077 && cat >"$1.new" && mv "$1.new" "$1"';

/** Puts a file there that only root may read, by way of stdin. */
export async function writeOnMachine(
  line: Lifeline,
  path: string,
  content: ProgramInput,
  failure: Pick<MachineWork, "code" | "hint" | "phase" | "what">,
  signal: AbortSignal,
): Promise<void> {
  await commandOnMachine(line, { words: ["sh", "-c", writeScript, "sh", path], stdin: content }, failure, signal);
}
