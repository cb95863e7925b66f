// One process of nix that evaluates one host, or several of one form.
import { z } from "zod";
import { Activator } from "../domain/activator.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { DerivationPath, StorePath } from "../domain/store-path.ts";
import type { Runner } from "../process/runner.ts";
import { evaluationCommand } from "./evaluation-command.ts";
import type { FleetForm, FleetForms } from "./forms/fleet-form.ts";
import { nixString } from "./nix-string.ts";
import type { EvaluatedHost, EvaluateRequest, FleetMember, NixSettings } from "./nix.ts";
import { runReader, withoutSecrets } from "./run-reader.ts";

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
      onStderrLine: withoutSecrets((line) => onLog(firstName, line)),
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
  const reader = `value: ${readerOf(forms[form], onlyProfiles)} value ${nixString(name)}`;
  const onLine = (line: string): void => onLog(name, line);
  try {
    const output = await runReader({ runner, settings }, { source, name, attribute: form, reader, signal, onLine });
    return readAnswer({ name, form }, output);
  } catch (error) {
    if (error instanceof FlotillaError) return error;
    throw error;
  }
}

const readerOf = ({ host, hostOfProfiles }: FleetForm, wanted: readonly string[] | undefined): string =>
  wanted === undefined || hostOfProfiles === null
    ? `(${host})`
    : `((${hostOfProfiles}) [ ${wanted.map(nixString).join(" ")} ])`;

function readAnswer({ name, form }: FleetMember, output: string): EvaluatedHost | FlotillaError {
  const answer = HostAnswer.safeParse(JSON.parse(output));
  if (answer.success) return { name, form, ...answer.data };
  const message = `${form}.${name} is no configuration of a host: ${z.prettifyError(answer.error)}`;
  return new FlotillaError("E_EVALUATION", message, { cause: answer.error, host: name, step: "evaluate" });
}
