// Puts keys on a host: all of one delivery in one session, over its stdin alone (send-keys.sh is the other end).
import { posix } from "node:path";
import { readAsset } from "../assets.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { Secret } from "../domain/secret.ts";
import type { KeySettings } from "../fleet/key-settings.ts";
import type { Connection, RemoteCommand } from "../ssh/connection.ts";
import { keyPlace } from "./key-place.ts";
import { type KeysReport, readKeysAnswer } from "./keys-answer.ts";

export interface KeyToSend {
  readonly settings: KeySettings;
  readonly content: Secret<Uint8Array>;
}

export interface SendKeysOptions {
  /** Whether an owner that the host does not have is a failure; else the key is root's for now, with a remark. */
  readonly requireOwnership: boolean;
  /** Whether keys go that were put there before and are not sent now. */
  readonly removeOthers: boolean;
  readonly signal: AbortSignal;
}

/**
 * Sends keys to a host, as root. Either all of them are in place afterwards, or, when it rejects with E_KEY before they
 * are, none was changed. A key that is there already, with the same content, owner and mode, is left alone.
 *
 * @throws FlotillaError E_KEY naming every key that cannot be put there and why; what the connection rejects with
 * @example
 * const { keys } = await sendKeys(connection, [{ settings, content }], options);
 * keys[0]?.state; // "written"
 */
export async function sendKeys(
  connection: Pick<Connection, "run" | "target">,
  keys: readonly KeyToSend[],
  { requireOwnership, removeOthers, signal }: SendKeysOptions,
): Promise<KeysReport> {
  const { host } = connection.target;
  // The host enters each directory once.
  const sorted = keys.toSorted((a, b) => compare(posix.dirname(a.settings.path), posix.dirname(b.settings.path)));
  const script = Buffer.from(readAsset("src/secrets/send-keys.sh"));
  const stdin = Buffer.concat([script, ...sorted.flatMap(record), Buffer.from("end\n")]);
  const yesOrNo = (value: boolean): string => (value ? "yes" : "no");
  const command: RemoteCommand = {
    words: ["sh", "-c", start(script.length), "flotilla-keys", yesOrNo(requireOwnership), yesOrNo(removeOthers)],
    stdin,
    asRoot: true,
    deadline: deadline(stdin.length),
  };
  const { stdout, stderr } = await connection.run(command, { signal }).catch((error: unknown) => {
    if (!(error instanceof FlotillaError) || error.code !== "E_DEADLINE") throw error;
    // Its own message is of the command, which nobody has written.
    const message = `${host}: the keys were not there within ${Math.round(command.deadline / 1_000)} s`;
    throw new FlotillaError("E_DEADLINE", message, { host, step: "keys", log: error.log });
  });
  const answer = readKeysAnswer(
    stdout,
    sorted.map(({ settings }) => settings),
  );
  if (answer.kind === "done") return answer.report;
  const details = { host, step: "keys", log: stderr === "" ? [] : stderr.split("\n").slice(-20) } as const;
  if (answer.kind === "refused") {
    const failures = answer.failures.map(({ attribute, why }) => `${keyPlace({ host, attribute })}: ${why}`);
    throw new FlotillaError("E_KEY", failures.join("; "), { ...details, hint: untouched });
  }
  const { why, replaced } = answer;
  const hint =
    replaced === 0 ? untouched : replaced === null ? undefined : `${replaced} of its keys were replaced before`;
  throw new FlotillaError("E_KEY", `${host}: the keys could not be put there: ${why}`, { ...details, hint });
}

const untouched = "no key of the host was changed";

/** Reads the script off stdin, byte by byte so that what follows is left to it; a host's log of commands stays short. */
function start(length: number): string {
  return `PATH=$PATH:/run/current-system/sw/bin:/usr/bin:/bin; eval "$(dd bs=1 count=${length} 2>/dev/null)"`;
}

/** As send-keys.sh reads it: lines, of which the last says how many bytes follow. */
function record({ settings, content }: KeyToSend): Uint8Array[] {
  const { path, user, group, permissions } = settings;
  const bytes = content.reveal();
  const lines = ["key", posix.dirname(path), posix.basename(path), user, group, permissions, String(bytes.length)];
  return [Buffer.from(`${lines.join("\n")}\n`), bytes];
}

/** Milliseconds: two minutes, and what a line of 10 kB/s needs. */
function deadline(bytes: number): number {
  return 120_000 + bytes / 10;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
