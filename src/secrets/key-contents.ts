// What is in keys, read on this machine. Each file is read and each command run once, however many keys and hosts want it.
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { type ErrorDetails, FlotillaError } from "../domain/flotilla-error.ts";
import type { ErrorCode } from "../domain/error-codes.ts";
import type { HostName } from "../domain/host-name.ts";
import { Secret } from "../domain/secret.ts";
import type { KeySettings, KeySource } from "../fleet/key-settings.ts";
import type { Runner } from "../process/runner.ts";
import { keyPlace } from "./key-place.ts";

export interface KeyContents {
  /**
   * The bytes of a key, as its text, its file or its command has them.
   *
   * @throws FlotillaError E_KEY when there are none, E_DEADLINE when a command does not end, E_INTERRUPTED. It names
   * the place in the configuration, and tells of a command its program and its stderr: never arguments or output.
   */
  read(host: HostName, key: KeySettings): Promise<Secret<Uint8Array>>;
}

export interface KeyContentsOptions {
  /** Of the whole run: what one host asked for may be another's too. */
  readonly signal: AbortSignal;
  /** Milliseconds that a command may take. */
  readonly deadline?: number;
}

/** Bytes after which something is no key but a mistake, such as a command that never stops writing. */
const largest = 64 * 1024 * 1024;

/** Lines of a command's stderr that an error shows. */
const shownLines = 20;

/**
 * Reads the contents of keys, for one run.
 *
 * @example
 * const contents = keyContents(runner, { signal });
 * (await contents.read(host, key)).reveal();
 */
export function keyContents(runner: Runner, { signal, deadline = 60_000 }: KeyContentsOptions): KeyContents {
  const known = new Map<string, Promise<Secret<Uint8Array>>>();
  const once = (what: string, read: () => Promise<Uint8Array>): Promise<Secret<Uint8Array>> => {
    const asked = known.get(what) ?? read().then((bytes) => new Secret(bytes));
    known.set(what, asked);
    return asked;
  };
  const bytesOf = (source: KeySource): Promise<Secret<Uint8Array>> => {
    switch (source.kind) {
      case "text":
        return Promise.resolve(new Secret(Buffer.from(source.text.reveal())));
      case "file":
        return once(JSON.stringify(source.path), () => readFile(source.path, signal));
      case "command":
        return once(JSON.stringify(source.words), () => runCommand(runner, source.words, deadline, signal));
    }
  };
  return {
    async read(host, key) {
      try {
        return await bytesOf(key.source);
      } catch (error) {
        if (error instanceof Unreadable) throw error.of(host, key);
        throw error;
      }
    },
  };
}

/** Why there is no content, before it is known whose. */
class Unreadable extends Error {
  readonly #code: ErrorCode;
  readonly #details: ErrorDetails;

  constructor(message: string, details: ErrorDetails = {}, code: ErrorCode = "E_KEY") {
    super(message);
    this.#code = code;
    this.#details = details;
  }

  of(host: HostName, { attribute, source }: KeySettings): FlotillaError {
    const place = keyPlace({ host, attribute }, source.kind === "file" ? "keyFile" : "keyCommand");
    return new FlotillaError(this.#code, `${place}: ${this.message}`, { ...this.#details, host, step: "keys" });
  }
}

async function readFile(path: string, signal: AbortSignal): Promise<Uint8Array> {
  try {
    // Without O_NONBLOCK opening a pipe would wait for its writer.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const found = await file.stat();
    if (found.isDirectory()) throw new Unreadable(`${path} is a directory`);
    if (!found.isFile()) throw new Unreadable(`${path} is no regular file`, { hint: "keyCommand reads anything else" });
    if (found.size > largest) throw tooLarge(path);
    return await file.readFile({ signal });
  } catch (error) {
    if (error instanceof Unreadable || !(error instanceof Error)) throw error;
    throw unreadableFile(path, error);
  }
}

function unreadableFile(path: string, error: Error): Unreadable {
  if (error.name === "AbortError") return interrupted();
  switch ("code" in error ? error.code : undefined) {
    case "ENOENT":
    case "ENOTDIR":
      return new Unreadable(`${path} does not exist on this machine`, { hint: hintForMissing(path) });
    case "EACCES":
    case "EPERM":
      return new Unreadable(`${path} may not be read by the user that flotilla runs as`);
    default:
      return new Unreadable(`${path} cannot be read: ${error.message}`);
  }
}

function hintForMissing(path: string): string | undefined {
  if (!path.startsWith("/nix/store/")) return undefined;
  return "a flake has only what git tracks; a key better stays out of it: write its path as a string";
}

async function runCommand(
  runner: Runner,
  words: readonly [string, ...string[]],
  deadline: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const [file, ...args] = words;
  const chunks: Uint8Array[] = [];
  let size = 0;
  const tooMuch = new AbortController();
  const onStdoutBytes = (chunk: Uint8Array): void => {
    size += chunk.length;
    if (size > largest) tooMuch.abort();
    else chunks.push(chunk);
  };
  const { exitCode, stderr, timedOut } = await runner
    .run({ file, args, deadline }, { signal: AbortSignal.any([signal, tooMuch.signal]), onStdoutBytes })
    .catch((error: unknown) => {
      // Without its cause, which has the arguments in it.
      throw error instanceof FlotillaError ? new Unreadable(error.message, { hint: error.hint }) : error;
    });
  if (tooMuch.signal.aborted) throw tooLarge(`the output of ${file}`);
  if (signal.aborted) throw interrupted();
  const log = stderr === "" ? [] : stderr.split("\n").slice(-shownLines);
  if (timedOut) throw new Unreadable(`${file} did not end within ${deadline / 1_000} s`, { log }, "E_DEADLINE");
  if (exitCode !== 0) {
    const how = exitCode === null ? "was ended by a signal" : `ended with status ${exitCode}`;
    throw new Unreadable(`${file} ${how}`, { log });
  }
  return Buffer.concat(chunks);
}

function tooLarge(what: string): Unreadable {
  return new Unreadable(`${what} is larger than ${largest / 1024 / 1024} MiB, which is no key`);
}

function interrupted(): Unreadable {
  return new Unreadable("interrupted", {}, "E_INTERRUPTED");
}
