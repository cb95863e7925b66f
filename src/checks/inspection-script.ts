// The script that asks a host what it is (checks/inspect.sh), ready for `sh -s`.
import { readAsset } from "../assets.ts";
import { shellQuote } from "../domain/shell-quote.ts";

export interface InspectionScriptOptions {
  /** The words that make the login user root there, where they are declared; without them sudo, doas and run0 are tried. */
  readonly elevation?: readonly string[] | null;
  /** Stands before every path that the script reads; for tests. */
  readonly prefix?: string;
}

/**
 * A script for `sh -s`, run as the login user; its output is for parseInspection.
 *
 * @example ssh.open(target, { deadline, firstScript: inspectionScript({ elevation: target.elevation }) })
 */
export function inspectionScript({ elevation = null, prefix = "" }: InspectionScriptOptions = {}): string {
  return [
    `prefix=${shellQuote([prefix])}`,
    `guard_records=${shellQuote([readAsset("src/checks/guard-records.sh")])}`,
    `set -- ${shellQuote(elevation ?? [])}`,
    readAsset("src/checks/inspect.sh"),
  ].join("\n");
}
