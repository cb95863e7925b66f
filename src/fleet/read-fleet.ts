// Reads the hosts that a selection means: names first, and each host evaluated once at most.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import type { FleetSource } from "../nix/fleet-source.ts";
import type { EvaluatedHost, FleetMember, FleetOutline, Nix } from "../nix/nix.ts";
import type { Host } from "./fleet.ts";
import { checkPlainNames, hostFromEvaluation, plainSettings } from "./host-from-evaluation.ts";
import { type Selection, needsTags, select } from "./select.ts";

/** Which hosts of which fleet a command is about, and how they are read. */
export interface FleetRequest {
  readonly source: FleetSource;
  readonly outline: FleetOutline;
  readonly selection: Selection;
  readonly useCache: boolean;
  readonly evaluationWorkers: number;
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
export type FleetNix = Pick<Nix, "evaluate">;

/**
 * Selects hosts and evaluates them.
 *
 * Where names decide, only the selected hosts are evaluated. Where tags decide, the hosts that `flotilla.hosts` speaks
 * of need no evaluation for it; the others are evaluated to learn their tags, and that evaluation is the one used. A
 * host whose tags cannot be learnt, because it does not evaluate, may be meant: it is selected unless the selection
 * leaves it out by name, and fails with its error.
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
  const untagged = needsTags(request.selection)
    ? members.filter(({ name }) => outline.plain === null || !Object.hasOwn(outline.plain.hosts, name))
    : [];
  await evaluate(nix, request, untagged, (name, result) => known.set(name, result));
  const selected = selectMembers(request.selection, outline, known);
  request.onSelected(
    selected.map(({ form, name }) => ({ form, name })),
    members.map(({ name }) => name),
  );

  const deliver = (name: HostName, result: EvaluatedHost | FlotillaError): void =>
    request.onHost(name, result instanceof FlotillaError ? result : readHost(result, outline, request));
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

/** Evaluates hosts and answers for each exactly once, also for one that nix says nothing of. */
async function evaluate(
  nix: FleetNix,
  request: ReadFleetRequest,
  hosts: readonly FleetMember[],
  onHost: (name: HostName, result: EvaluatedHost | FlotillaError) => void,
): Promise<void> {
  if (hosts.length === 0) return;
  const { source, useCache, evaluationWorkers, signal, onLog } = request;
  const missing = new Set(hosts.map(({ name }) => name));
  const answer = (name: HostName, result: EvaluatedHost | FlotillaError): void => {
    if (missing.delete(name)) onHost(name, result);
  };
  await nix.evaluate({ source, hosts, useCache, workers: evaluationWorkers, signal, onLog, onHost: answer });
  for (const name of missing) {
    answer(name, new FlotillaError("E_EVALUATION", `nix said nothing of ${name}`, { host: name, step: "evaluate" }));
  }
}

function selectMembers(
  selection: Selection,
  outline: FleetOutline,
  known: ReadonlyMap<HostName, EvaluatedHost | FlotillaError>,
): readonly FleetMember[] {
  const tagsDecide = needsTags(selection);
  const hosts = outline.members.map((member) => ({
    ...member,
    tags: tagsDecide ? tagsOf(member.name, outline, known.get(member.name)) : [],
  }));
  return select(selection, hosts);
}

/** null where they cannot be learnt; the host's own error says why when its turn comes. */
function tagsOf(
  name: HostName,
  outline: FleetOutline,
  evaluated: EvaluatedHost | FlotillaError | undefined,
): readonly string[] | null {
  if (evaluated instanceof FlotillaError) return null;
  try {
    if (evaluated === undefined) return plainSettings(name, outline.plain).deployment.tags;
    return hostFromEvaluation(evaluated, outline).host.deployment.tags;
  } catch (error) {
    if (error instanceof FlotillaError) return null;
    throw error;
  }
}

function readHost(evaluated: EvaluatedHost, outline: FleetOutline, request: ReadFleetRequest): Host | FlotillaError {
  try {
    const { host, warnings } = hostFromEvaluation(evaluated, outline);
    for (const warning of warnings) request.onWarning(warning);
    return host;
  } catch (error) {
    if (error instanceof FlotillaError) return error;
    throw error;
  }
}
