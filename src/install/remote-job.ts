// Work on a machine that a broken connection does not stop half way: started once, followed over as many connections as it takes.
import { randomBytes } from "node:crypto";
import { readAsset } from "../assets.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { shellQuote } from "../domain/shell-quote.ts";
import type { Connection } from "../ssh/connection.ts";
import { type Lifeline, overLifeline } from "./lifeline.ts";

export interface RemoteJob {
  /** What is done, in one word that names a directory: at most one of a name runs on a machine. */
  readonly name: "disks" | "mount" | "unmount" | "store" | "install" | "hardware";
  /** POSIX sh, run as root without stdin. It must hold no secrets: it lies in a file. */
  readonly script: string;
  /** Of the run that starts it, for whoever finds it at work. */
  readonly token: string;
  /** Where jobs are kept; on a file system that a restart empties. Another one for tests. */
  readonly directory?: string;
}

export interface JobEnd {
  /** The exit status of the script. */
  readonly status: number;
  /** The last lines that it printed. */
  readonly log: readonly string[];
  /** The run that had started the same work, where it ran already. */
  readonly joined: string | null;
}

/** Where jobs, secrets for them and the lock are kept on a machine. */
export const installDirectory = "/run/flotilla-install";

/** Milliseconds. */
const startDeadline = 60_000;
const followDeadline = 24 * 3_600_000;

const keptLines = 40;

/**
 * Starts the job, or joins the same one of an earlier run, and follows it to its end, over new connections when one breaks.
 *
 * @param onLine each line that it prints, once
 * @throws FlotillaError E_LOCKED where other work of this name runs; E_CONNECTION_LOST where the machine was restarted
 *   meanwhile, or cannot be reached again; E_INTERRUPTED at the signal: the job itself goes on
 * @example
 * const { status, log } = await runRemoteJob(line, { name: "disks", script, token: run }, { signal, onLine: console.log });
 */
export async function runRemoteJob(
  line: Lifeline,
  job: RemoteJob,
  { onLine, signal }: { readonly onLine: (line: string) => void; readonly signal: AbortSignal },
): Promise<JobEnd> {
  // Asked for again over another connection it is started once; asked for a second time in one run it is done a second time.
  const own = { ...job, token: `${job.token}.${randomBytes(4).toString("hex")}` };
  const other = await overLifeline(line, signal, (connection) => startJob(connection, own, signal));
  const token = other ?? own.token;
  const [owner = ""] = token.split(".");
  const joined = owner === job.token ? null : owner;
  const log: string[] = [];
  let lines = 0;
  const take = (text: string): void => {
    lines += 1;
    log.push(text);
    if (log.length > keptLines) log.shift();
    onLine(text);
  };
  const end = await overLifeline(line, signal, (connection) =>
    followJob(connection, { ...job, token }, lines, { onLine: take, signal }),
  );
  if (end !== "gone") return { status: end, log, joined };
  const { host } = line.connection.target;
  throw new FlotillaError(
    "E_CONNECTION_LOST",
    `${host}: the machine was restarted while it was at work (${job.name})`,
    {
      host,
      hint: "start its installer and run the same command again: it goes on where this one ended",
      log,
    },
  );
}

/** The token of the run that had started the same work; null where it is our own. */
async function startJob(connection: Connection, job: RemoteJob, signal: AbortSignal): Promise<string | null> {
  const stdin = `job_script=${shellQuote([job.script.trimEnd()])}\n${readAsset("src/install/remote-job.sh")}`;
  const words = ["sh", "-s", "--", "start", job.directory ?? installDirectory, job.name, job.token];
  const { exitCode, stderr, stdout } = await connection.run(
    { words, stdin, asRoot: true, deadline: startDeadline },
    { signal },
  );
  const [answer, token] = stdout.trim().split(" ");
  if (exitCode === 0 && (answer === "started" || answer === "there")) return null;
  if (exitCode === 0 && answer === "joined" && token !== undefined) return token;
  const { host } = connection.target;
  if (exitCode === 0 && answer === "busy") {
    throw new FlotillaError(
      "E_LOCKED",
      `${host}: run ${token?.split(".")[0]} is at work there with something else (${job.name})`,
      {
        host,
        hint: "wait for its end; it stops for nobody",
      },
    );
  }
  throw new FlotillaError("E_COMMAND", `${host}: work could not be started (${job.name})`, {
    host,
    log: stderr.split("\n").slice(-20),
  });
}

/** Follows from a line on; the exit status, or that nothing is left of it. */
async function followJob(
  connection: Connection,
  job: RemoteJob,
  from: number,
  { onLine, signal }: { readonly onLine: (line: string) => void; readonly signal: AbortSignal },
): Promise<number | "gone"> {
  const ends: string[] = [];
  const words = ["sh", "-s", "--", "follow", job.directory ?? installDirectory, job.name, job.token, String(from)];
  const { stderr } = await connection.run(
    { words, stdin: readAsset("src/install/remote-job.sh"), asRoot: true, deadline: followDeadline },
    {
      signal,
      onStdoutLine: (line) => {
        if (line.startsWith("line ")) onLine(line.slice("line ".length));
        else if (line.startsWith("end ")) ends.push(line.slice("end ".length));
      },
    },
  );
  const [end] = ends;
  if (end === "gone") return "gone";
  if (end !== undefined && /^\d+$/u.test(end)) return Number(end);
  // The shell there ended without a word: whether the job has, only another look tells.
  throw new FlotillaError("E_CONNECTION_LOST", `${connection.target.host}: the work could not be followed any longer`, {
    host: connection.target.host,
    log: stderr.split("\n").slice(-20),
  });
}
