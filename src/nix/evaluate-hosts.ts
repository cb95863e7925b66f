// Evaluates hosts, each in a process of its own: Nix's garbage collector makes ten in one process three times as slow.
import pLimit from "p-limit";
import { z } from "zod";
import { readAsset } from "../assets.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import { DerivationPath, StorePath } from "../domain/store-path.ts";
import type { Runner } from "../process/runner.ts";
import type { EvaluationCache } from "./evaluation-cache.ts";
import type { EvaluatedHost, EvaluateRequest, NixSettings } from "./nix.ts";
import { deadlines, evaluationFlags, nixCommand } from "./nix-command.ts";
import { nixFailure } from "./nix-failure.ts";

export const hostReader = "nix/eval/host.nix";

/** What nix/eval/host.nix makes. */
const HostAnswer = z.object({
  derivation: DerivationPath,
  toplevel: StorePath,
  system: z.string(),
  version: z.string().nullable(),
  sshPorts: z.array(z.number().int()).nullable(),
  deployment: z.unknown(),
});

export interface EvaluateTools {
  readonly runner: Runner;
  readonly settings: NixSettings;
  /** null: nothing is kept. */
  readonly cache: EvaluationCache | null;
  /** Whether the flake still is what it was when it was locked; asked once, after the evaluations, where it can have changed. */
  readonly stillTheSame: () => Promise<boolean>;
  readonly now: () => Date;
}

/**
 * Answers each host of the request, from the cache or by an evaluation. What an edited tree said is given out but not kept:
 * it may be of neither the old content nor the new.
 */
export async function evaluateHosts(tools: EvaluateTools, request: EvaluateRequest): Promise<void> {
  const { cache, stillTheSame, now } = tools;
  const missing: HostName[] = [];
  for (const name of request.hosts) {
    const known = await cache?.host(name);
    if (known) request.onHost(name, known);
    else missing.push(name);
  }
  const limit = pLimit(Math.max(1, request.workers));
  const evaluated: EvaluatedHost[] = [];
  await limit.map(missing, async (name) => {
    const result = await evaluateHost(tools, request, name);
    if (!(result instanceof FlotillaError)) evaluated.push(result);
    request.onHost(name, result);
  });
  if (cache === null || evaluated.length === 0 || !(await stillTheSame())) return;
  await Promise.all(evaluated.map((host) => cache.keepHost(host)));
  await cache.prune(now());
}

async function evaluateHost(
  { runner, settings }: EvaluateTools,
  { flake, signal, onLog }: EvaluateRequest,
  name: HostName,
): Promise<EvaluatedHost | FlotillaError> {
  const failed = (error: FlotillaError): FlotillaError => error.at(name, "evaluate");
  try {
    const result = await runner.run(
      nixCommand(
        settings,
        // A HostName has nothing in it that the quotes would not hold.
        [
          "eval",
          "--json",
          ...evaluationFlags(settings),
          "--apply",
          readAsset(hostReader),
          `${flake.locked}#nixosConfigurations."${name}"`,
        ],
        deadlines.evaluate,
      ),
      { signal, onStderrLine: (line) => onLog(name, line) },
    );
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
    const answer = HostAnswer.safeParse(JSON.parse(result.stdout));
    if (!answer.success) {
      return failed(
        new FlotillaError("E_EVALUATION", `${name} is no NixOS configuration: ${z.prettifyError(answer.error)}`, {
          cause: answer.error,
        }),
      );
    }
    return { name, ...answer.data };
  } catch (error) {
    if (error instanceof FlotillaError) return failed(error);
    throw error;
  }
}
