// Evaluates hosts, each in a process of its own: Nix's garbage collector makes ten in one process three times as slow.
// Hosts that read each other's configurations share processes, in which what they read is evaluated once.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { EvaluationCache } from "./evaluation-cache.ts";
import { evaluateHost, evaluateTogether, type EvaluationTools } from "./evaluation-process.ts";
import { holdsSecrets } from "./holds-secrets.ts";
import { hostsPerProcess, readHost } from "./hosts-per-process.ts";
import type { EvaluatedHost, EvaluateRequest, FleetMember } from "./nix.ts";

export interface EvaluateTools extends EvaluationTools {
  /** null: nothing is kept. */
  readonly cache: EvaluationCache | null;
  /** Whether the source still is what it was when it was locked; asked once, after the evaluations, where it can have changed. */
  readonly stillTheSame: () => Promise<boolean>;
  readonly now: () => Date;
}

/**
 * Answers each host of the request, from the cache or by an evaluation. What an edited tree said is given out but not kept:
 * it may be of neither the old content nor the new. Nor is what was asked of some profiles alone, which is no whole answer.
 */
export async function evaluateHosts(tools: EvaluateTools, request: EvaluateRequest): Promise<void> {
  const { cache, stillTheSame, now } = tools;
  const missing: FleetMember[] = [];
  for (const member of request.hosts) {
    const known = await cache?.host(member);
    if (known) request.onHost(member.name, known);
    else missing.push(member);
  }
  if (request.onlyKept === true) return;
  const evaluated: EvaluatedHost[] = [];
  const whole = new Set(missing.filter((member) => !isNarrowed(tools, member)).map(({ name }) => name));
  await evaluateInProcesses(tools, request, missing, (name, result) => {
    if (!(result instanceof FlotillaError) && whole.has(name)) evaluated.push(result);
    request.onHost(name, result);
  });
  const harmless = evaluated.filter(({ deployment }) => !holdsSecrets(deployment));
  if (cache === null || harmless.length === 0 || !(await stillTheSame())) return;
  await Promise.all(harmless.map((host) => cache.keepHost(host)));
  await cache.prune(now());
}

/** Whether the answer will be of some profiles alone: then it is its own reader's, and no whole one. */
const isNarrowed = ({ forms }: EvaluateTools, { form, onlyProfiles }: FleetMember): boolean =>
  onlyProfiles !== undefined && forms[form].hostOfProfiles !== null;

/** As many processes at a time as there are workers. The first hosts show how much they read of each other. */
async function evaluateInProcesses(
  tools: EvaluateTools,
  request: EvaluateRequest,
  hosts: readonly FleetMember[],
  onHost: EvaluateRequest["onHost"],
): Promise<void> {
  const waiting = [...hosts];
  const read = new Set<string>();
  const workers = Math.min(Math.max(1, request.workers), hosts.length);
  const onLog: EvaluateRequest["onLog"] = (name, line) => {
    const other = readHost(line);
    if (other === null) request.onLog(name, line);
    else read.add(other);
  };
  const alone = async (member: FleetMember): Promise<void> =>
    onHost(member.name, await evaluateHost(tools, { ...request, onLog }, member));

  const work = async (): Promise<void> => {
    for (let first = waiting.shift(); first !== undefined; first = waiting.shift()) {
      const { form } = first;
      const size = Math.min(hostsPerProcess(read.size), request.mostPerProcess ?? Infinity);
      // Nobody is left without work for the sake of company.
      const fair = Math.ceil((waiting.length + 1) / workers);
      const company = (isNarrowed(tools, first) ? [] : waiting)
        .filter((member) => member.form === form && !isNarrowed(tools, member))
        .slice(0, Math.min(size, fair) - 1);
      for (const member of company) waiting.splice(waiting.indexOf(member), 1);
      const together =
        company.length === 0 ? null : await evaluateTogether(tools, { ...request, onLog }, [first, ...company]);
      // One that fails makes all fail, so each is asked for its own answer.
      if (together === null) for (const member of [first, ...company]) await alone(member);
      else for (const host of together) onHost(host.name, host);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
}
