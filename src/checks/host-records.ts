// What the scripts of this room print: NUL-terminated records `key=value` between `begin` and `end`.
import { FlotillaError } from "../domain/flotilla-error.ts";

export type HostRecords = readonly (readonly [key: string, value: string])[];

/**
 * The records of a script's output. What a login shell says before and after is no part of them.
 *
 * @param name what the script calls its output in `begin=`, with its version
 * @throws FlotillaError E_CONNECTION_LOST where the end is missing, E_COMMAND where there is no beginning
 */
export function hostRecords(output: string, name: string): HostRecords {
  const all = output.split("\0");
  const begin = all.lastIndexOf(`begin=${name}`);
  if (begin === -1) {
    throw new FlotillaError("E_COMMAND", "the host did not answer what was asked of it", {
      step: "connect",
      hint: "the user's login shell there must be able to run `sh -s`",
      log: output.replaceAll("\0", "\n").split("\n").slice(-20).map(printable),
    });
  }
  const end = all.indexOf("end=", begin);
  if (end === -1) {
    throw new FlotillaError("E_CONNECTION_LOST", "the host's answer broke off in the middle", { step: "connect" });
  }
  return all.slice(begin + 1, end).map(keyAndValue);
}

/** Without the characters that move a terminal's cursor or forge another line. */
export function printable(value: string): string {
  return value.replaceAll(/\p{C}/gu, "\u{FFFD}");
}

function keyAndValue(record: string): readonly [key: string, value: string] {
  const equals = record.indexOf("=");
  return equals === -1 ? ["", record] : [record.slice(0, equals), record.slice(equals + 1)];
}
