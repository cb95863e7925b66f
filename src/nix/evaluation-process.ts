// One process of nix that evaluates one host, or several of one form.
import { z } from "zod";
import { Activator } from "../domain/activator.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { DerivationPath, StorePath } from "../domain/store-path.ts";
import type { ProcessResult, Runner } from "../process/runner.ts";
import { evaluationCommand } from "./evaluation-command.ts";
import type { FleetForm, FleetForms } from "./forms/fleet-form.ts";
import { nixString } from "./nix-string.ts";
import type { EvaluatedHost, EvaluateRequest, FleetMember, NixSettings } from "./nix.ts";
import { nixFailure } from "./nix-failure.ts";
import { keyTextFilter } from "./without-key-texts.ts";
import { isRecursion, recursionWay, type RecursionWay } from "./recursion-way.ts";

/** Ends up in paths, here and on the host. */
const ProfileName = z
  .string()
  .regex(/^(?!\.)[^/\p{Cc}]{1,200}$/u, "a profile's name is one part of a path, and does not begin with a dot");

/** What the host reader of every form makes. */
export const HostAnswer = z.object({
  profiles: z.array(
    z.object({
      name: ProfileName,
      activator: Activator,
      user: z.string().nullable(),
      profilePath: z.string().nullable(),
      derivation: DerivationPath,
      path: StorePath,
    }),
  ),
  system: z.string().nullable(),
  version: z.string().nullable(),
  sshPorts: z.array(z.number().int()).nullable(),
  deployment: z.unknown(),
});

export interface EvaluationTools {
  readonly runner: Runner;
  readonly settings: NixSettings;
  readonly forms: FleetForms;
}

export type ProcessRequest = Pick<EvaluateRequest, "source" | "signal" | "onLog">;

/** Several hosts of one form, in their order; null when any of them cannot be evaluated: each alone says what it is. */
export async function evaluateTogether(
  { runner, settings, forms }: EvaluationTools,
  { source, signal, onLog }: ProcessRequest,
  members: readonly [FleetMember, ...FleetMember[]],
): Promise<readonly EvaluatedHost[] | null> {
  const [{ name: firstName, form }] = members;
  const attributes = members.map(({ name }) => `${nixString(name)} = host ${nixString(name)};`).join(" ");
  const command = evaluationCommand(
    settings,
    source,
    form,
    `value: let host = (${forms[form].host}) value; in { ${attributes} }`,
  );
  try {
    const result = await runner.run(command, {
      signal,
      onStderrLine: harmless((line) => onLog(firstName, line)),
    });
    if (result.exitCode !== 0) return null;
    const answers = z.record(z.string(), HostAnswer).safeParse(JSON.parse(result.stdout)).data ?? {};
    const hosts = members.flatMap((member) => {
      const answer = answers[member.name];
      return answer === undefined ? [] : [{ ...member, ...answer }];
    });
    return hosts.length === members.length ? hosts : null;
  } catch (error) {
    if (error instanceof FlotillaError) return null;
    throw error;
  }
}

/** One host, or why it cannot be evaluated. */
export async function evaluateHost(
  { runner, settings, forms }: EvaluationTools,
  { source, signal, onLog }: ProcessRequest,
  { name, form, onlyProfiles }: FleetMember,
): Promise<EvaluatedHost | FlotillaError> {
  const failed = (error: FlotillaError): FlotillaError => error.at(name, "evaluate");
  try {
    const evaluate = (settings: NixSettings, onStderrLine: (line: string) => void): Promise<ProcessResult> =>
      runner.run(
        evaluationCommand(
          settings,
          source,
          form,
          `value: ${readerOf(forms[form], onlyProfiles)} value ${nixString(name)}`,
        ),
        { signal, onStderrLine },
      );
    const result = await evaluate(
      settings,
      harmless((line) => onLog(name, line)),
    );
    if (result.exitCode === 0) return readAnswer({ name, form }, result.stdout);
    const what = `${name} does not evaluate`;
    const { showTrace } = settings;
    const failure = nixFailure(result, { fallback: "E_EVALUATION", what, place: "here", showTrace });
    if (!isRecursion(result.stderr)) return failed(failure);
    const trace: string[] = [];
    await evaluate({ ...settings, showTrace: true }, (line) => trace.push(line));
    return failed(recursionFailure(what, failure, recursionWay(trace)));
  } catch (error) {
    if (error instanceof FlotillaError) return failed(error);
    throw error;
  }
}

const readerOf = ({ host, hostOfProfiles }: FleetForm, wanted: readonly string[] | undefined): string =>
  wanted === undefined || hostOfProfiles === null
    ? `(${host})`
    : `((${hostOfProfiles}) [ ${wanted.map(nixString).join(" ")} ])`;

/** Hands on what Nix says, line by line, without the texts of keys. */
function harmless(onLine: (line: string) => void): (line: string) => void {
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

function readAnswer({ name, form }: FleetMember, output: string): EvaluatedHost | FlotillaError {
  const answer = HostAnswer.safeParse(JSON.parse(output));
  if (answer.success) return { name, form, ...answer.data };
  const message = `${form}.${name} is no configuration of a host: ${z.prettifyError(answer.error)}`;
  return new FlotillaError("E_EVALUATION", message, { cause: answer.error, host: name, step: "evaluate" });
}
