// Where the sockets of our connections and the pinned host keys live while we run.
import { lstatSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FlotillaError } from "../domain/flotilla-error.ts";

export interface ControlDirectory {
  /** The path for a new socket. */
  socket(): string;
  /** Writes a known_hosts file for one key; gives its path. */
  knownHosts(name: string, key: string): string;
  /** An empty known_hosts file for keys that are met; gives its path. */
  newKeys(): string;
  /** A program that prints what is in the variable of this name; gives its path. */
  askpass(variable: string): string;
  remove(): void;
}

/** No blanks, quotes or per cent signs: ssh and nix take such paths apart. */
const plain = /^\/[A-Za-z0-9_/.-]*$/;
/** sun_path holds 104 bytes on macOS; the socket's name and the suffix ssh binds it under first need 40. */
const longest = 64;
const prefix = "flotilla-";

/**
 * Makes a private directory (0700) below $XDG_RUNTIME_DIR, or below /tmp where that is missing, too long or has
 * characters that ssh would not take. What a killed run of ours left there goes.
 */
export function createControlDirectory(environment: Readonly<Record<string, string | undefined>>): ControlDirectory {
  const runtime = environment["XDG_RUNTIME_DIR"] ?? "";
  const parent = plain.test(runtime) && runtime.length <= longest && isDirectory(runtime) ? runtime : "/tmp";
  removeStale(parent);
  let directory: string;
  try {
    directory = mkdtempSync(join(parent, `${prefix}${process.pid}-`));
  } catch (cause) {
    throw new FlotillaError("E_SSH_MISSING", `no directory for ssh's sockets can be made in ${parent}`, { cause });
  }
  let count = 0;
  return {
    socket: () => join(directory, String((count += 1))),
    knownHosts(name, key) {
      const path = join(directory, `key-${(count += 1)}`);
      writeFileSync(path, `${name} ${key}\n`, { mode: 0o600 });
      return path;
    },
    newKeys() {
      const path = join(directory, `new-${(count += 1)}`);
      writeFileSync(path, "", { mode: 0o600 });
      return path;
    },
    askpass(variable) {
      const path = join(directory, `ask-${(count += 1)}`);
      writeFileSync(path, `#!/bin/sh\nprintf '%s\\n' "$${variable}"\n`, { mode: 0o700 });
      return path;
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function removeStale(parent: string): void {
  for (const name of readdirSync(parent)) {
    const owner = /^flotilla-(\d+)-/.exec(name)?.[1];
    if (owner === undefined || isRunning(Number(owner))) continue;
    const path = join(parent, name);
    // In /tmp anybody makes what they like; a link of theirs is nothing to follow.
    const entry = lstatSync(path, { throwIfNoEntry: false });
    if (entry?.isDirectory() === true && entry.uid === process.getuid?.()) {
      rmSync(path, { recursive: true, force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
