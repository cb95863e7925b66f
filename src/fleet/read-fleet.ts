// Reads the hosts that a selection means: names first, and each host evaluated once at most.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import type { FleetSource } from "../nix/fleet-source.ts";
import type { EvaluatedHost, FleetMember, FleetOutline, Nix } from "../nix/nix.ts";
import type { Host } from "./fleet.ts";
import { checkPlainNames } from "./host-from-evaluation.ts";
import { type HostOverrides, overriddenHost } from "./host-overrides.ts";
import { type HostKnowledge, selectMembers } from "./select-members.ts";
import { asksFor, keywords, type Selection } from "./selection.ts";

/** Which hosts of which fleet a command is about, and how they are read. */
export interface FleetRequest {
  readonly source: FleetSource;
  readonly outline: FleetOutline;
  readonly selection: Selection;
  readonly knowledge: HostKnowledge;
  readonly overrides: HostOverrides;
  readonly useCache: boolean;
  readonly evaluationWorkers: number;
  /** The most hosts that one process evaluates; null or absent: by what is measured. */
  readonly mostPerProcess?: number | null;
}

export interface ReadFleetRequest extends FleetRequest {
  readonly signal: AbortSignal;
  /** Called once, before any onHost: the hosts of this run, in the fleet's order, and all that the fleet has. */
  readonly onSelected: (hosts: readonly FleetMember[], fleet: readonly HostName[]) => void;
  /** Called once for each selected host, as soon as it is known. One broken host fails alone. */
  readonly onHost: (name: HostName, result: Host | FlotillaError) => void;
  readonly onWarning: (message: string) => void;
  readonly onLog: (name: HostName, line: string) => void;
}

/** The part of nix that reads hosts. */
export type FleetNix = Pick<Nix, "evaluate" | "tags">;

/**
 * Selects hosts and evaluates them, each once.
 *
 * @throws FlotillaError E_NO_FLEET, E_SELECTION, or what nix rejects with for the whole fleet
 */
export async function readFleet(nix: FleetNix, request: ReadFleetRequest): Promise<void> {
  const { outline } = request;
  const { members } = outline;
  if (members.length === 0) throw new FlotillaError("E_NO_FLEET", `${request.source.reference} has no hosts`);
  checkPlainNames(outline);
  for (const name of outline.ignoredNames) {
    request.onWarning(`${name} is left out: that can be no host's name`);
  }
  const known = new Map<HostName, EvaluatedHost | FlotillaError>();
  const selected = await selectMembers({
    ...request,
    known,
    learnTags: (hosts) => learnTags(nix, request, known, hosts),
    evaluate: (missing) => evaluate(nix, request, missing, (name, result) => known.set(name, result)),
  }).catch((error: unknown) => Promise.reject(withOtherForms(error, outline)));
  request.onSelected(
    selected,
    members.map(({ name }) => name),
  );

  const shadowed = new Set(keywords.filter((keyword) => asksFor(request.selection, keyword)));
  const deliver = (name: HostName, result: EvaluatedHost | FlotillaError): void => {
    const host = result instanceof FlotillaError ? result : readHost(result, outline, request);
    if (!(host instanceof FlotillaError)) warnOfShadowedTags(host, shadowed, request);
    request.onHost(name, host);
  };
  for (const { name } of selected) {
    const result = known.get(name);
    if (result !== undefined) deliver(name, result);
  }
  await evaluate(
    nix,
    request,
    selected.filter(({ name }) => !known.has(name)),
    deliver,
  );
}

/** What is missed may be in an output of the flake that was not read. */
function withOtherForms(error: unknown, { members, otherForms }: FleetOutline): unknown {
  const isMissed = error instanceof FlotillaError && error.code === "E_SELECTION";
  if (!isMissed || otherForms.length === 0) return error;
  const read = [...new Set(members.map(({ form }) => form))].join(" and ");
  const others = otherForms.map((form) => `--from ${form}`).join(", ");
  const where = `hosts are read from ${read}; of this flake also: ${others}`;
  const hint = error.hint === undefined ? where : `${error.hint}; ${where}`;
  return new FlotillaError(error.code, error.message, { hint, cause: error });
}

/** Of many hosts the tags alone, unless what was evaluated before says them. */
async function learnTags(
  nix: FleetNix,
  { evaluationWorkers: workers, onLog, signal, source, useCache }: ReadFleetRequest,
  known: Map<HostName, EvaluatedHost | FlotillaError>,
  hosts: readonly FleetMember[],
): ReturnType<Nix["tags"]> {
  // As many as are evaluated at once anyway cost no time, and may be meant.
  if (hosts.length <= workers) return new Map();
  const onHost = (name: HostName, result: EvaluatedHost | FlotillaError): void => void known.set(name, result);
  await nix.evaluate({ source, hosts, useCache, onlyKept: true, workers, signal, onLog, onHost });
  const missing = hosts.filter(({ name }) => !known.has(name));
  return missing.length <= workers ? new Map() : nix.tags({ source, hosts: missing, workers, signal });
}

/** Says once that a tag has the name of a keyword that was used. */
function warnOfShadowedTags(
  { deployment, name }: Host,
  shadowed: Set<(typeof keywords)[number]>,
  { onWarning }: ReadFleetRequest,
): void {
  for (const keyword of shadowed) {
    if (!deployment.tags.includes(keyword)) continue;
    shadowed.delete(keyword);
    const tag = `@[${keyword[0]}]${keyword.slice(1)}`;
    onWarning(`${name} has the tag "${keyword}", which @${keyword} does not mean: the tag is written ${tag}`);
  }
}

/** Evaluates hosts and answers for each exactly once, also for one that nix says nothing of. */
async function evaluate(
  nix: FleetNix,
  request: ReadFleetRequest,
  hosts: readonly FleetMember[],
  onHost: (name: HostName, result: EvaluatedHost | FlotillaError) => void,
): Promise<void> {
  if (hosts.length === 0) return;
  const { source, overrides, useCache, evaluationWorkers, mostPerProcess, signal, onLog } = request;
  const missing = new Set(hosts.map(({ name }) => name));
  const answer = (name: HostName, result: EvaluatedHost | FlotillaError): void => {
    if (missing.delete(name)) onHost(name, result);
  };
  await nix.evaluate({
    source,
    hosts: hosts.map((member) => {
      const onlyProfiles = overrides.profiles.get(member.name);
      return onlyProfiles === undefined ? member : { ...member, onlyProfiles };
    }),
    useCache,
    workers: evaluationWorkers,
    ...(mostPerProcess === null || mostPerProcess === undefined ? {} : { mostPerProcess }),
    signal,
    onLog,
    onHost: answer,
  });
  for (const name of missing) {
    answer(name, new FlotillaError("E_EVALUATION", `nix said nothing of ${name}`, { host: name, step: "evaluate" }));
  }
}

function readHost(evaluated: EvaluatedHost, outline: FleetOutline, request: ReadFleetRequest): Host | FlotillaError {
  try {
    const { host, warnings } = overriddenHost(evaluated, outline, request.overrides);
    for (const warning of warnings) request.onWarning(warning);
    return host;
  } catch (error) {
    if (error instanceof FlotillaError) return error;
    throw error;
  }
}
