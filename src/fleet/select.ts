// The selection grammar of --on: which hosts of the fleet a run is about.
//
//   web-01            a name            web-*, web-0[1-4]   globs: * ? [ab] [a-z] [!a]
//   @web, @role-*     a tag             !db-01, !@old       leave out
//   a,b,@c            or; only exclusions mean everything but those
import { FlotillaError } from "../domain/flotilla-error.ts";
import { type Glob, parseGlob } from "./glob.ts";
import { nearestName } from "./nearest-name.ts";

/** What a selection looks at. */
export interface Selectable {
  readonly name: string;
  /** null: not known, as the host does not evaluate. It may then have any tag, and is meant rather than left out. */
  readonly tags: readonly string[] | null;
}

/** What one term of a selection asks of a host. */
export type Matcher = { readonly kind: "name"; readonly glob: Glob } | { readonly kind: "tag"; readonly glob: Glob };

export interface Term {
  /** As the operator wrote it, for messages. */
  readonly text: string;
  readonly exclude: boolean;
  readonly matcher: Matcher;
}

export interface Selection {
  readonly text: string;
  /** Empty: every host. */
  readonly terms: readonly Term[];
}

/** The selection of a run without --on. */
export const everyHost: Selection = { text: "", terms: [] };

/**
 * Reads a selection. E_SELECTION where it is blank, has an empty term, or a glob that cannot be read.
 *
 * @example parseSelection("@web,!web-03")
 */
export function parseSelection(text: string): Selection {
  if (text.trim() === "") {
    throw new FlotillaError("E_SELECTION", "the selection is empty", {
      hint: "name hosts or @tags, or leave --on out to mean every host",
    });
  }
  return { text, terms: text.split(",").map((term) => parseTerm(term.trim(), text)) };
}

function parseTerm(text: string, selection: string): Term {
  const exclude = text.startsWith("!");
  const subject = exclude ? text.slice(1).trimStart() : text;
  const isTag = subject.startsWith("@");
  const word = isTag ? subject.slice(1) : subject;
  if (word === "") {
    throw new FlotillaError("E_SELECTION", `the selection "${selection}" has an empty term`, {
      hint: "terms are separated by one comma each: web-01,@db,!db-03",
    });
  }
  const glob = parseGlob(word);
  if (glob === null) {
    throw new FlotillaError("E_SELECTION", `"${text}" is not a pattern: its brackets cannot be read`, {
      hint: "brackets hold letters or rising ranges: web-0[1-4]",
    });
  }
  return { text, exclude, matcher: { kind: isTag ? "tag" : "name", glob } };
}

/** Whether the selection can only be answered with the hosts' tags; where not, their names are enough. */
export function needsTags(selection: Selection): boolean {
  return selection.terms.some((term) => term.matcher.kind === "tag");
}

/**
 * The hosts that a selection means, in the order they came in. A term that matches nothing is a mistake also where it
 * leaves out: E_SELECTION with the nearest name. So is a selection with nothing left.
 *
 * @example select(parseSelection("web-*,!web-03"), hosts)
 */
export function select<Host extends Selectable>(selection: Selection, hosts: readonly Host[]): readonly Host[] {
  for (const term of selection.terms) {
    if (!hosts.some((host) => matches(term.matcher, host, true))) throw unknownTerm(term, hosts);
  }
  const wanted = selection.terms.filter((term) => !term.exclude);
  const leftOut = selection.terms.filter((term) => term.exclude);
  const selected = hosts.filter(
    (host) =>
      (wanted.length === 0 || wanted.some((term) => matches(term.matcher, host, true))) &&
      !leftOut.some((term) => matches(term.matcher, host, false)),
  );
  if (selected.length === 0 && hosts.length > 0) {
    throw new FlotillaError("E_SELECTION", `the selection "${selection.text}" leaves out every host it names`);
  }
  return selected;
}

function matches(matcher: Matcher, host: Selectable, unknown: boolean): boolean {
  switch (matcher.kind) {
    case "name":
      return matcher.glob.matches(host.name);
    case "tag":
      return host.tags?.some((tag) => matcher.glob.matches(tag)) ?? unknown;
  }
}

function unknownTerm(term: Term, hosts: readonly Selectable[]): FlotillaError {
  const { kind, glob } = term.matcher;
  const names = hosts.map((host) => host.name);
  const tags = [...new Set(hosts.flatMap((host) => host.tags ?? []))];
  const message = `no host of the fleet ${kind === "tag" ? "has a tag" : "is named"} ${glob.isPattern ? "like " : ""}"${glob.text}"`;
  return new FlotillaError("E_SELECTION", message, { hint: suggestion(kind, glob.text, names, tags) });
}

function suggestion(kind: Matcher["kind"], word: string, names: readonly string[], tags: readonly string[]): string {
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
  return names.length === 0 ? "the fleet has no hosts" : `hosts: ${someOf(names)}; a tag begins with @`;
}

const someOf = (words: readonly string[]): string =>
  words.length <= 8 ? words.join(", ") : `${words.slice(0, 8).join(", ")} and ${words.length - 8} more`;
