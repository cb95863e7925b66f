// Reads the hosts that a selection means: names first, and each host evaluated once at most.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import type { LockedFlake } from "../nix/locked-flake.ts";
import type { EvaluatedHost, FleetOutline, Nix } from "../nix/nix.ts";
import type { Host } from "./fleet.ts";
import { checkPlainNames, hostFromEvaluation, plainSettings } from "./host-from-evaluation.ts";
import { type Selection, needsTags, select } from "./select.ts";

/** Which hosts of which flake a command is about, and how they are read. */
export interface FleetRequest {
  readonly flake: LockedFlake;
  readonly selection: Selection;
  readonly useCache: boolean;
  readonly evaluationWorkers: number;
}

export interface ReadFleetRequest {
  readonly selection: Selection;
  readonly useCache: boolean;
  readonly workers: number;
  readonly signal: AbortSignal;
  /** Called once, before any onHost: the hosts of this run, in the fleet's order, and all that the fleet has. */
  readonly onSelected: (names: readonly HostName[], fleet: readonly HostName[]) => void;
  /** Called once for each selected host, as soon as it is known. One broken host fails alone. */
  readonly onHost: (name: HostName, result: Host | FlotillaError) => void;
  readonly onWarning: (message: string) => void;
  readonly onLog: (name: HostName, line: string) => void;
}

/** The part of nix that reads a fleet. */
export type FleetNix = Pick<Nix, "outline" | "evaluate">;

/**
 * Selects hosts and evaluates them.
 *
 * Where names decide, only the selected hosts are evaluated. Where tags decide, the hosts that `flotilla.hosts` speaks
 * of need no evaluation for it; the others are evaluated to learn their tags, and that evaluation is the one used. A
 * host whose tags cannot be learnt, because it does not evaluate, may be meant: it is selected unless the selection
 * leaves it out by name, and fails with its error.
 *
 * @throws FlotillaError E_NO_FLEET, E_SELECTION, or what nix rejects with for the whole flake
 */
export async function readFleet(nix: FleetNix, flake: LockedFlake, request: ReadFleetRequest): Promise<void> {
  const outline = await nix.outline(flake, request.useCache, request.signal);
  if (outline.names.length === 0) {
    throw new FlotillaError("E_NO_FLEET", `${flake.reference} has no nixosConfigurations`);
  }
  checkPlainNames(outline);
  for (const name of outline.ignoredNames ?? []) {
    request.onWarning(`nixosConfigurations.${JSON.stringify(name)} is left out: that can be no host's name`);
  }
  const known = new Map<HostName, EvaluatedHost | FlotillaError>();
  const untagged = needsTags(request.selection)
    ? outline.names.filter((name) => outline.plain === null || !Object.hasOwn(outline.plain.hosts, name))
    : [];
  await evaluate(nix, flake, request, untagged, (name, result) => known.set(name, result));
  const names = selectNames(request.selection, outline, known);
  request.onSelected(names, outline.names);

  const deliver = (name: HostName, result: EvaluatedHost | FlotillaError): void =>
    request.onHost(name, result instanceof FlotillaError ? result : readHost(result, outline, request));
  for (const name of names) {
    const result = known.get(name);
    if (result !== undefined) deliver(name, result);
  }
  await evaluate(
    nix,
    flake,
    request,
    names.filter((name) => !known.has(name)),
    deliver,
  );
}

/** Evaluates hosts and answers for each exactly once, also for one that nix says nothing of. */
async function evaluate(
  nix: FleetNix,
  flake: LockedFlake,
  request: ReadFleetRequest,
  hosts: readonly HostName[],
  onHost: (name: HostName, result: EvaluatedHost | FlotillaError) => void,
): Promise<void> {
  if (hosts.length === 0) return;
  const { useCache, workers, signal, onLog } = request;
  const missing = new Set(hosts);
  const answer = (name: HostName, result: EvaluatedHost | FlotillaError): void => {
    if (missing.delete(name)) onHost(name, result);
  };
  await nix.evaluate({ flake, hosts, useCache, workers, signal, onLog, onHost: answer });
  for (const name of missing) {
    answer(name, new FlotillaError("E_EVALUATION", `nix said nothing of ${name}`, { host: name, step: "evaluate" }));
  }
}

function selectNames(
  selection: Selection,
  outline: FleetOutline,
  known: ReadonlyMap<HostName, EvaluatedHost | FlotillaError>,
): readonly HostName[] {
  const tagsDecide = needsTags(selection);
  const hosts = outline.names.map((name) => ({ name, tags: tagsDecide ? tagsOf(name, outline, known.get(name)) : [] }));
  return select(selection, hosts).map((host) => host.name);
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
    return hostFromEvaluation(evaluated, outline.plain).host.deployment.tags;
  } catch (error) {
    if (error instanceof FlotillaError) return null;
    throw error;
  }
}

function readHost(evaluated: EvaluatedHost, outline: FleetOutline, request: ReadFleetRequest): Host | FlotillaError {
  try {
    const { host, warnings } = hostFromEvaluation(evaluated, outline.plain);
    for (const warning of warnings) request.onWarning(warning);
    return host;
  } catch (error) {
    if (error instanceof FlotillaError) return error;
    throw error;
  }
}
