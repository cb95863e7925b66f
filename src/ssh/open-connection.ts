// One login: an ssh master in the foreground, whose remote end is a shell that waits for a line that never comes.
// When its stdin closes, also because we were killed, the shell, the login and the socket end by themselves.
import { randomUUID } from "node:crypto";
import pLimit from "p-limit";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { shellQuote } from "../domain/shell-quote.ts";
import type { Command, ProcessResult, Runner, RunningProcess } from "../process/runner.ts";
import type { Secret } from "../domain/secret.ts";
import { classifySshError, saysConnectionLost } from "./classify-ssh-error.ts";
import type { Connection, OpenConnectionOptions, OpenedConnection } from "./connection.ts";
import { elevatedConnection } from "./elevated-connection.ts";
import {
  channelArguments,
  checkArguments,
  type Login,
  masterArguments,
  nixAuthority,
  nixSshOptions,
} from "./ssh-arguments.ts";
import { describeTarget, type Target } from "./target.ts";

/** sshd allows ten sessions in a connection (MaxSessions): one is the master's own, three are left to nix. */
const channels = 6;
/** Milliseconds a connection may last. */
const lifetime = 7 * 24 * 3_600_000;
/** Milliseconds an ending master may take to say good-bye. */
const farewell = 1_000;

/**
 * Logs in, runs `firstScript`, and keeps the connection. Rejects with what ssh said, classified.
 *
 * @param password what sudo is told there when it asks; null where nobody was asked for it
 * @param env further variables for the ssh that logs in
 */
export async function openConnection(
  runner: Runner,
  target: Target,
  login: Login,
  socket: string,
  options: OpenConnectionOptions,
  password: Secret | null = null,
  env?: Command["env"],
): Promise<OpenedConnection> {
  const mark = randomUUID();
  const output = Promise.withResolvers<string>();
  const master = runner.start(
    {
      file: "ssh",
      args: masterArguments(target, login, socket, connectSeconds(options.deadline)),
      stdin: opening(mark, options.firstScript ?? ""),
      ...(env === undefined ? {} : { env }),
      deadline: lifetime,
    },
    { onStdoutLine: between(`begin ${mark}`, `end ${mark}`, output.resolve) },
  );
  const { signal } = options;
  const onAbort = (): void => output.reject(interrupted(target));
  const timer = setTimeout(() => output.reject(late(target, "the login", options.deadline)), options.deadline);
  signal?.addEventListener("abort", onAbort, { once: true });
  if (signal?.aborted === true) onAbort();
  master.finished.then((result) => output.reject(endedEarly(target, result)), output.reject);
  try {
    const firstOutput = await output.promise;
    return { connection: connectionThrough(runner, target, master, socket, password), firstOutput };
  } catch (error) {
    master.kill();
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** Below the deadline, so that ssh can still say itself what it waited for. */
function connectSeconds(deadline: number): number {
  return Math.min(15, Math.max(1, Math.floor(deadline / 1_000) - 1));
}

/** What the remote shell reads. The marks tell the script's output from what login shells print by themselves. */
function opening(mark: string, script: string): string {
  return [
    `echo 'begin ${mark}'`,
    `${shellQuote(["/bin/sh", "-c", script])} </dev/null`,
    `printf '\\n%s\\n' 'end ${mark}'`,
    "",
  ].join("\n");
}

/** Takes the lines after `begin` and before `end`; gives them once, as the text they were. */
function between(begin: string, end: string, give: (text: string) => void): (line: string) => void {
  let lines: string[] | null = null;
  let done = false;
  return (line) => {
    if (done) return;
    if (line === end && lines !== null) {
      done = true;
      give(lines.join("\n"));
    } else if (lines !== null) lines.push(line);
    else if (line.endsWith(begin)) lines = [];
  };
}

function connectionThrough(
  runner: Runner,
  target: Target,
  master: RunningProcess,
  socket: string,
  password: Secret | null,
): Connection {
  const limit = pLimit(channels);
  let ended: ProcessResult | null = null;
  let closing: Promise<void> | null = null;
  const watch = async (): Promise<void> => {
    ended = await master.finished;
  };
  const gone = watch();

  const lost = async (result: ProcessResult): Promise<boolean> => {
    if (ended !== null || saysConnectionLost(result.stderr)) return true;
    const check = await runner.run({ file: "ssh", args: checkArguments(target, socket), deadline: 5_000 });
    return check.exitCode !== 0;
  };

  const close = async (): Promise<void> => {
    master.end();
    const timer = setTimeout(() => master.kill(), farewell);
    await gone.finally(() => clearTimeout(timer));
  };

  return elevatedConnection({
    target,
    password,
    noElevation,
    async carry({ words, stdin }, command, options) {
      const { deadline } = command;
      const args = channelArguments(target, socket, words);
      const result = await limit(() => {
        if (options.signal?.aborted === true) throw interrupted(target);
        return runner.run({ file: "ssh", args, deadline, ...(stdin === undefined ? {} : { stdin }) }, options);
      });
      if (result.aborted) throw interrupted(target);
      if (result.timedOut) throw late(target, command.words.join(" "), deadline, result.stderr);
      if (result.exitCode === null || (result.exitCode === 255 && (await lost(result)))) {
        throw connectionLost(target, result, ended);
      }
      return result;
    },
    nix: { authority: nixAuthority(target), environment: { NIX_SSHOPTS: nixSshOptions(socket) } },
    close: () => (closing ??= close()),
  });
}

function endedEarly(target: Target, result: ProcessResult): FlotillaError {
  if (result.exitCode === 255 || result.exitCode === null) return classifySshError(result.stderr, target);
  return new FlotillaError("E_COMMAND", `${target.host}: the login shell ended with status ${result.exitCode}`, {
    host: target.host,
    hint: "the login user needs a shell that runs the commands ssh gives it",
    log: lastLines(result.stderr),
  });
}

/** Why a command's ssh failed: from the master's last words, or from what its own ssh said after all the command said. */
function connectionLost(target: Target, result: ProcessResult, master: ProcessResult | null): FlotillaError {
  const own = result.stderr.split("\n").slice(-3).join("\n");
  const cause = classifySshError(master === null || master.stderr === "" ? own : master.stderr, target);
  const known = cause.code === "E_CONNECTION_LOST" || cause.code === "E_COMMAND";
  return new FlotillaError(
    known ? cause.code : "E_CONNECTION_LOST",
    known ? cause.message : `${target.host} (${describeTarget(target)}): the connection is gone`,
    { host: target.host, hint: known ? cause.hint : undefined, log: lastLines(result.stderr) },
  );
}

function late(target: Target, what: string, deadline: number, stderr = ""): FlotillaError {
  const where = `${target.host} (${describeTarget(target)})`;
  return new FlotillaError("E_DEADLINE", `${where}: ${what} did not end within ${deadline / 1_000} s`, {
    host: target.host,
    log: lastLines(stderr),
  });
}

function interrupted(target: Target): FlotillaError {
  return new FlotillaError("E_INTERRUPTED", `${target.host}: interrupted`, { host: target.host });
}

function noElevation(target: Target): FlotillaError {
  return new FlotillaError(
    "E_ELEVATION",
    `${target.host}: ${target.user ?? "the login user"} has no way to become root`,
    {
      host: target.host,
      hint: "log in as root, allow sudo, doas or run0 without a password, or give sudo's with --ask-sudo-password",
    },
  );
}

function lastLines(stderr: string): string[] {
  return stderr === "" ? [] : stderr.split("\n").slice(-20);
}
