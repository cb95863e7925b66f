// Finds out what a selection asks for, the cheap first: names, the history, tags, and at last the hosts themselves.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import type { EvaluatedHost, FleetMember, FleetOutline } from "../nix/nix.ts";
import type { Host } from "./fleet.ts";
import { plainSettings } from "./host-from-evaluation.ts";
import { type HostOverrides, overriddenHost } from "./host-overrides.ts";
import { mayBeMeant, select, type Selectable, unmatchedGlobs } from "./select.ts";
import { asksFor, type Selection } from "./selection.ts";

/** What the configuration does not say of hosts, but the history and the hosts themselves do. */
export interface HostKnowledge {
  /** Whether the newest run that had the host did not end well. */
  readonly hasFailed: (name: HostName) => boolean;
  /** Whether something else runs on the host than its configuration describes; null where nobody can say. */
  readonly hasChanged: (host: Host, signal: AbortSignal) => Promise<boolean | null>;
}

export interface SelectMembersRequest {
  readonly selection: Selection;
  readonly outline: FleetOutline;
  readonly knowledge: HostKnowledge;
  readonly overrides: HostOverrides;
  /** The tags of hosts, as far as they can be learnt for less than an evaluation; null: the host has no settings of its own. */
  readonly learnTags: (members: readonly FleetMember[]) => Promise<ReadonlyMap<HostName, readonly string[] | null>>;
  /** What was evaluated; `evaluate` and `learnTags` add to it. */
  readonly known: ReadonlyMap<HostName, EvaluatedHost | FlotillaError>;
  readonly evaluate: (members: readonly FleetMember[]) => Promise<void>;
  readonly signal: AbortSignal;
}

type Candidate = FleetMember & Selectable;

/**
 * The hosts that a selection means.
 *
 * Where names decide, nothing is evaluated. Tags that `flotilla.hosts` gives need no evaluation either; of many other hosts
 * the tags alone are evaluated, of few the hosts, unless names and history leave them out already. For `@changed` those that are left are evaluated
 * and asked. A host of which something cannot be learnt, because it does not evaluate or does not answer, is meant unless
 * something else leaves it out: it then fails with its own error rather than being passed over in silence.
 *
 * @throws FlotillaError E_SELECTION
 */
export async function selectMembers(request: SelectMembersRequest): Promise<readonly FleetMember[]> {
  const { evaluate, knowledge, known, learnTags, outline, selection, signal } = request;
  const learnt = new Map<HostName, readonly string[] | null>();
  const changed = new Map<HostName, boolean | null>();
  const asksForTags = asksFor(selection, "tag");
  const failed = new Set(
    asksFor(selection, "failed") ? outline.members.filter(({ name }) => knowledge.hasFailed(name)) : [],
  );
  const candidates = (): readonly Candidate[] =>
    outline.members.map((member) => ({
      ...member,
      tags: asksForTags ? tagsOf(member.name, learnt, request) : null,
      failed: failed.has(member),
      changed: changed.get(member.name) ?? null,
    }));
  const evaluateUntagged = async (hosts: readonly Candidate[]): Promise<void> => {
    const untagged = hosts.filter(({ name, tags }) => tags === null && !known.has(name));
    for (const [name, tags] of await learnTags(untagged)) learnt.set(name, tags);
    await evaluate(untagged.filter(({ name }) => !known.has(name) && !learnt.has(name)));
  };

  if (asksForTags) {
    await evaluateUntagged(mayBeMeant(selection, candidates()));
    const tagged = candidates().filter(({ tags }) => tags !== null);
    // A tag that none of these has is another host's, or a mistake: all tags together tell.
    if (unmatchedGlobs(selection, tagged).some(({ kind }) => kind === "tag")) await evaluateUntagged(candidates());
  }
  if (asksFor(selection, "changed")) {
    const left = mayBeMeant(selection, candidates());
    await evaluate(left.filter(({ name }) => !known.has(name)));
    await Promise.all(
      left.map(async ({ name }) => {
        const host = hostOf(known.get(name), request);
        changed.set(name, host === null ? null : await knowledge.hasChanged(host, signal));
      }),
    );
  }
  return select(selection, candidates()).map(({ form, name }) => ({ form, name }));
}

/** null where they cannot be learnt, or were not yet. */
function tagsOf(
  name: HostName,
  learnt: ReadonlyMap<HostName, readonly string[] | null>,
  request: SelectMembersRequest,
): readonly string[] | null {
  const { known, outline } = request;
  const evaluated = known.get(name);
  if (evaluated !== undefined) return hostOf(evaluated, request)?.deployment.tags ?? null;
  const tags = learnt.get(name);
  if (tags !== undefined && tags !== null) return tags;
  if (tags === null) return unlessWrong(() => plainSettings(name, outline.plain).deployment.tags);
  if (outline.plain === null || !Object.hasOwn(outline.plain.hosts, name)) return null;
  return unlessWrong(() => plainSettings(name, outline.plain).deployment.tags);
}

function hostOf(
  evaluated: EvaluatedHost | FlotillaError | undefined,
  { outline, overrides }: SelectMembersRequest,
): Host | null {
  if (evaluated === undefined || evaluated instanceof FlotillaError) return null;
  return unlessWrong(() => overriddenHost(evaluated, outline, overrides).host);
}

/** null where the settings are wrong; the host's own error says how when its turn comes. */
function unlessWrong<Value>(read: () => Value): Value | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof FlotillaError) return null;
    throw error;
  }
}
