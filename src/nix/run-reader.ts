// One reader applied to one host: its JSON, or the error that says what of the host does not evaluate.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import type { ProcessResult, Runner } from "../process/runner.ts";
import { evaluationCommand } from "./evaluation-command.ts";
import type { FleetSource } from "./fleet-source.ts";
import { nixFailure } from "./nix-failure.ts";
import type { NixSettings } from "./nix.ts";
import { isRecursion, recursionWay, type RecursionWay } from "./recursion-way.ts";
import { keyTextFilter } from "./without-key-texts.ts";

export interface ReaderCall {
  readonly source: FleetSource;
  readonly name: HostName;
  /** Of a flake: what `reader` is a function of. */
  readonly attribute: string;
  readonly reader: string;
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
}

/** What the reader makes, as text. @throws FlotillaError, for this host and the step "evaluate" */
export async function runReader(
  { runner, settings }: { readonly runner: Runner; readonly settings: NixSettings },
  { attribute, name, onLine, reader, signal, source }: ReaderCall,
): Promise<string> {
  const evaluate = (settings: NixSettings, onStderrLine: (line: string) => void): Promise<ProcessResult> =>
    runner.run(evaluationCommand(settings, source, attribute, reader), { signal, onStderrLine });
  try {
    const result = await evaluate(settings, withoutSecrets(onLine));
    if (result.exitCode === 0) return result.stdout;
    const what = `${name} does not evaluate`;
    const { showTrace } = settings;
    const failure = nixFailure(result, { fallback: "E_EVALUATION", what, place: "here", showTrace });
    if (!isRecursion(result.stderr)) throw failure;
    const trace: string[] = [];
    await evaluate({ ...settings, showTrace: true }, (line) => trace.push(line));
    throw recursionFailure(what, failure, recursionWay(trace));
  } catch (error) {
    throw error instanceof FlotillaError ? error.at(name, "evaluate") : error;
  }
}

/** Hands on what Nix says, line by line, without the texts of keys. */
export function withoutSecrets(onLine: (line: string) => void): (line: string) => void {
  const filter = keyTextFilter();
  return (line) => {
    const said = filter(line);
    if (said !== null) onLine(said);
  };
}

/** With the option, and the places in the user's files between which it goes round, where they are known. */
function recursionFailure(what: string, failure: FlotillaError, way: RecursionWay | null): FlotillaError {
  if (way === null) return failure;
  const through = way.files.length === 0 ? "" : `, by way of ${way.files.join(" and ")}`;
  const message = `${what}: infinite recursion: the option ${way.option} needs its own value${through}`;
  return new FlotillaError(failure.code, message, { hint: failure.hint, log: failure.log });
}
