// Evaluates hosts, each in a process of its own: Nix's garbage collector makes ten in one process three times as slow.
import pLimit from "p-limit";
import { z } from "zod";
import { Activator } from "../domain/activator.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { DerivationPath, StorePath } from "../domain/store-path.ts";
import type { Runner } from "../process/runner.ts";
import type { EvaluationCache } from "./evaluation-cache.ts";
import { evaluationCommand } from "./evaluation-command.ts";
import type { FleetForm } from "./forms/fleet-form.ts";
import { nixString } from "./nix-string.ts";
import type { EvaluatedHost, EvaluateRequest, FleetMember, NixSettings } from "./nix.ts";
import { nixFailure } from "./nix-failure.ts";

/** What the host reader of every form makes. */
export const HostAnswer = z.object({
  profiles: z.array(
    z.object({
      name: z.string(),
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

export interface EvaluateTools {
  readonly runner: Runner;
  readonly settings: NixSettings;
  readonly forms: readonly FleetForm[];
  /** null: nothing is kept. */
  readonly cache: EvaluationCache | null;
  /** Whether the source still is what it was when it was locked; asked once, after the evaluations, where it can have changed. */
  readonly stillTheSame: () => Promise<boolean>;
  readonly now: () => Date;
}

/**
 * Answers each host of the request, from the cache or by an evaluation. What an edited tree said is given out but not kept:
 * it may be of neither the old content nor the new.
 */
export async function evaluateHosts(tools: EvaluateTools, request: EvaluateRequest): Promise<void> {
  const { cache, stillTheSame, now } = tools;
  const missing: FleetMember[] = [];
  for (const member of request.hosts) {
    const known = await cache?.host(member);
    if (known) request.onHost(member.name, known);
    else missing.push(member);
  }
  const limit = pLimit(Math.max(1, request.workers));
  const evaluated: EvaluatedHost[] = [];
  await limit.map(missing, async (member) => {
    const result = await evaluateHost(tools, request, member);
    if (!(result instanceof FlotillaError)) evaluated.push(result);
    request.onHost(member.name, result);
  });
  const harmless = evaluated.filter(({ deployment }) => !holdsSecrets(deployment));
  if (cache === null || harmless.length === 0 || !(await stillTheSame())) return;
  await Promise.all(harmless.map((host) => cache.keepHost(host)));
  await cache.prune(now());
}

const TextOfKeys = z.object({ keys: z.record(z.string(), z.object({ text: z.string() }).or(z.unknown())) });

/** The text of a key is a secret, and what holds one is never written down. */
function holdsSecrets(deployment: unknown): boolean {
  const { data } = TextOfKeys.safeParse(deployment);
  return Object.values(data?.keys ?? {}).some(
    (key) => typeof key === "object" && key !== null && "text" in key && key.text !== null,
  );
}

async function evaluateHost(
  { runner, settings, forms }: EvaluateTools,
  { source, signal, onLog }: EvaluateRequest,
  { name, form }: FleetMember,
): Promise<EvaluatedHost | FlotillaError> {
  const failed = (error: FlotillaError): FlotillaError => error.at(name, "evaluate");
  const reader = forms.find((known) => known.name === form)?.host;
  if (reader === undefined) return failed(new FlotillaError("E_EVALUATION", `${form} cannot be read`));
  try {
    const command = evaluationCommand(settings, source, form, `value: (${reader}) value ${nixString(name)}`);
    const result = await runner.run(command, { signal, onStderrLine: (line) => onLog(name, line) });
    if (result.exitCode !== 0) {
      return failed(
        nixFailure(result, {
          fallback: "E_EVALUATION",
          what: `${name} does not evaluate`,
          place: "here",
          showTrace: settings.showTrace,
        }),
      );
    }
    return readAnswer({ name, form }, result.stdout);
  } catch (error) {
    if (error instanceof FlotillaError) return failed(error);
    throw error;
  }
}

function readAnswer({ name, form }: FleetMember, output: string): EvaluatedHost | FlotillaError {
  const answer = HostAnswer.safeParse(JSON.parse(output));
  if (answer.success) return { name, form, ...answer.data };
  const message = `${form}.${name} is no configuration of a host: ${z.prettifyError(answer.error)}`;
  return new FlotillaError("E_EVALUATION", message, { cause: answer.error, host: name, step: "evaluate" });
}
