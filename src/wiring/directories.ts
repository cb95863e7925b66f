// Where flotilla keeps what is its own on this machine (XDG Base Directory Specification 0.8).
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

export interface Directories {
  /** What is worth keeping: the history. */
  readonly state: string;
  /** What can be made again: evaluations. */
  readonly cache: string;
}

/** A variable that is empty or not absolute counts as not set, as the specification says. */
export function directories(environment: Readonly<Record<string, string | undefined>>): Directories {
  const base = (variable: string, fallback: string): string => {
    const value = environment[variable];
    return value !== undefined && isAbsolute(value) ? value : join(environment["HOME"] ?? homedir(), fallback);
  };
  return {
    state: join(base("XDG_STATE_HOME", ".local/state"), "flotilla"),
    cache: join(base("XDG_CACHE_HOME", ".cache"), "flotilla"),
  };
}
