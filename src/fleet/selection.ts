// The selection grammar of --on: what an operator may write to say which hosts are meant. fleet/select.ts answers it.
//
//   web-01            a name            web-*, web-0[1-4]   globs: * ? [ab] [a-z] [!a]
//   @web, @role-*     a tag             !db-01, !@old       not
//   @failed, @changed what is known of a host, below
//   a+b               and               a,b                 or
//
// "and" binds closer than "or". What is nothing but "not" leaves out of the whole: `@web,!web-03` is `@web+!web-03`.
import { FlotillaError } from "../domain/flotilla-error.ts";
import { type Glob, closingBracket, parseGlob } from "./glob.ts";

/** A name or a tag that hosts can have. */
export interface GlobMatcher {
  readonly kind: "name" | "tag";
  readonly glob: Glob;
}

/** What one term of a selection asks of a host. */
export type Matcher =
  | GlobMatcher
  /** `@failed`: the newest run that had the host did not end well. */
  | { readonly kind: "failed" }
  /** `@changed`: what runs on the host is not what its configuration describes. */
  | { readonly kind: "changed" };

export interface Term {
  /** As the operator wrote it, for messages. */
  readonly text: string;
  readonly exclude: boolean;
  readonly matcher: Matcher;
}

export interface Selection {
  readonly text: string;
  /** The terms of one alternative all have to hold; one alternative has to. Empty: every host. */
  readonly alternatives: readonly (readonly Term[])[];
  /** Of the hosts that are meant the first, and then each so-manieth: 1 keeps all. */
  readonly every: number;
  /** At most so many of those; null: all. */
  readonly limit: number | null;
}

/** What stands after an @ without being a tag. */
export const keywords = ["failed", "changed"] as const;

/** The selection of a run without --on. */
export const everyHost: Selection = { text: "", alternatives: [], every: 1, limit: null };

/**
 * Reads a selection. E_SELECTION where it is blank, has an empty term, or a glob that cannot be read.
 *
 * @example parseSelection("@web+@eu,!web-03")
 */
export function parseSelection(text: string): Selection {
  if (text.trim() === "") {
    throw new FlotillaError("E_SELECTION", "the selection is empty", {
      hint: "name hosts or @tags, or leave --on out to mean every host",
    });
  }
  const alternatives = splitOutsideBrackets(text, ",").map((alternative) =>
    splitOutsideBrackets(alternative, "+").map((term) => parseTerm(term.trim(), text)),
  );
  return { ...everyHost, text, alternatives };
}

/**
 * The selection that a file has: one a line, where `#` begins a comment at the start of a line or after a blank.
 *
 * @example selectionOfLines("web-*\n!web-03 # out of order\n") // "web-*,!web-03"
 */
export function selectionOfLines(text: string): string {
  return text
    .split(/\r?\n/u)
    .map((line) => line.replace(/(?:^|\s)#.*$/u, "").trim())
    .filter((line) => line !== "")
    .join(",");
}

/** Every term, whichever alternative it belongs to. */
export const termsOf = ({ alternatives }: Selection): readonly Term[] => alternatives.flat();

/** Whether some term asks for this. */
export const asksFor = (selection: Selection, kind: Matcher["kind"]): boolean =>
  termsOf(selection).some(({ matcher }) => matcher.kind === kind);

function parseTerm(text: string, selection: string): Term {
  const exclude = text.startsWith("!");
  const subject = exclude ? text.slice(1).trimStart() : text;
  const keyword = keywords.find((word) => subject === `@${word}`);
  if (keyword !== undefined) return { text, exclude, matcher: { kind: keyword } };
  const isTag = subject.startsWith("@");
  const word = isTag ? subject.slice(1) : subject;
  if (word === "") {
    throw new FlotillaError("E_SELECTION", `the selection "${selection}" has an empty term`, {
      hint: "terms are separated by one comma (or) or one plus (and) each: web-01,@db+@eu,!db-03",
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

/** A comma or a plus between brackets is a character like any other: `@c[+][+]` is the tag c++. */
function splitOutsideBrackets(text: string, separator: "," | "+"): readonly string[] {
  const characters = Array.from(text);
  const parts: string[] = [];
  let begin = 0;
  for (let index = 0; index < characters.length; index += 1) {
    if (characters[index] === "[") index = closingBracket(characters, index) ?? index;
    else if (characters[index] === separator) {
      parts.push(characters.slice(begin, index).join(""));
      begin = index + 1;
    }
  }
  return [...parts, characters.slice(begin).join("")];
}
