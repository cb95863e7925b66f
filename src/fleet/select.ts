// Which hosts of a fleet a selection means, by what is known of them so far.
import { Goal } from "../domain/goal.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { nearestName } from "./nearest-name.ts";
import { asksFor, type GlobMatcher, keywords, type Matcher, type Selection, type Term, termsOf } from "./selection.ts";

/** What a selection looks at. Where something is null, it is not known: the host is then meant rather than left out. */
export interface Selectable {
  readonly name: string;
  readonly tags: readonly string[] | null;
  /** Whether the newest run that had it did not end well. */
  readonly failed: boolean | null;
  /** Whether something else runs there than its configuration describes. */
  readonly changed: boolean | null;
}

/**
 * The hosts that a selection means, in the order they came in. A name or tag that no host has is a mistake also where it
 * leaves out: E_SELECTION with the nearest one. So is a selection with nothing left.
 *
 * @example select(parseSelection("web-*,!web-03"), hosts)
 */
export function select<Host extends Selectable>(selection: Selection, hosts: readonly Host[]): readonly Host[] {
  const [unknown] = unmatchedGlobs(selection, hosts);
  if (unknown !== undefined) throw unknownWord(unknown, hosts);
  const selected = mayBeMeant(selection, hosts);
  if (selected.length === 0 && hosts.length > 0) throw nothingLeft(selection);
  const { every, limit } = selection;
  return selected.filter((_, index) => index % every === 0).slice(0, limit ?? undefined);
}

/** The hosts that the selection can mean as far as is known: none is missing that it will mean once more is known. */
export function mayBeMeant<Host extends Selectable>(selection: Selection, hosts: readonly Host[]): readonly Host[] {
  const { alternatives } = selection;
  const leftOut = alternatives.filter((terms) => terms.every(({ exclude }) => exclude)).flat();
  const wanted = alternatives.filter((terms) => !terms.every(({ exclude }) => exclude));
  return hosts.filter(
    (host) =>
      leftOut.every((term) => mayHold(term, host)) &&
      (wanted.length === 0 || wanted.some((terms) => terms.every((term) => mayHold(term, host)))),
  );
}

/** The names and tags of the selection that no host is known to have or may have. */
export function unmatchedGlobs(selection: Selection, hosts: readonly Selectable[]): readonly GlobMatcher[] {
  return termsOf(selection).flatMap(({ matcher }) =>
    (matcher.kind === "name" || matcher.kind === "tag") && !hosts.some((host) => matches(matcher, host) ?? true)
      ? [matcher]
      : [],
  );
}

const mayHold = ({ exclude, matcher }: Term, host: Selectable): boolean => matches(matcher, host) !== exclude;

/** null: not known. */
function matches(matcher: Matcher, host: Selectable): boolean | null {
  switch (matcher.kind) {
    case "name":
      return matcher.glob.matches(host.name);
    case "tag":
      return host.tags?.some((tag) => matcher.glob.matches(tag)) ?? null;
    case "failed":
      return host.failed;
    case "changed":
      return host.changed;
  }
}

const keywordHints = {
  failed: "@failed means hosts whose newest run did not end well; a tag of that name is written @[f]ailed",
  changed:
    "@changed means hosts that run something else than they are configured to; a tag of that name is written @[c]hanged",
} as const;

function nothingLeft(selection: Selection): FlotillaError {
  const keyword = keywords.find((keyword) => asksFor(selection, keyword));
  const hint = keyword === undefined ? undefined : keywordHints[keyword];
  return new FlotillaError("E_SELECTION", `no host is left of the selection "${selection.text}"`, { hint });
}

function unknownWord({ glob, kind }: GlobMatcher, hosts: readonly Selectable[]): FlotillaError {
  const names = hosts.map((host) => host.name);
  const tags = [...new Set(hosts.flatMap((host) => host.tags ?? []))];
  const message = `no host of the fleet ${kind === "tag" ? "has a tag" : "is named"} ${glob.isPattern ? "like " : ""}"${glob.text}"`;
  return new FlotillaError("E_SELECTION", message, { hint: suggestion(kind, glob.text, names, tags) });
}

function suggestion(kind: "name" | "tag", word: string, names: readonly string[], tags: readonly string[]): string {
  const tag = nearestName(word, tags);
  const name = nearestName(word, names);
  if (kind === "tag") {
    if (tag !== undefined) return `did you mean @${tag}?`;
    if (names.includes(word)) return `${word} is a host; did you mean it without the @?`;
    return tags.length === 0
      ? "no host has a tag (deployment.tags)"
      : `tags: ${someOf(tags.map((known) => `@${known}`))}`;
  }
  if (name !== undefined) return `did you mean ${name}?`;
  if (tags.includes(word)) return `${word} is a tag; did you mean @${word}?`;
  const goal = nearestName(word, Goal.options);
  if (goal !== undefined) return `did you mean the goal ${goal}? The fleet has the hosts ${someOf(names)}`;
  return names.length === 0 ? "the fleet has no hosts" : `hosts: ${someOf(names)}; a tag begins with @`;
}

const someOf = (words: readonly string[]): string =>
  words.length <= 8 ? words.join(", ") : `${words.slice(0, 8).join(", ")} and ${words.length - 8} more`;
