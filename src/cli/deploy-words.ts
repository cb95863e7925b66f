// What may follow `flotilla deploy`: a goal; selections; targets as deploy-rs writes them; destinations as deploy-flake does.
import { FlotillaError } from "../domain/flotilla-error.ts";
import { Goal } from "../domain/goal.ts";
import { type DeployPath, parseDeployPath, parseDeployTarget } from "../fleet/deploy-rs/deploy-target.ts";
import { parseDestination } from "../rebuild/destination.ts";

export interface DeployWords {
  readonly goal: Goal | null;
  /** null: none was named. */
  readonly flake: string | null;
  /** Terms of a selection; none: not narrowed. */
  readonly on: readonly string[];
  /** By host the profiles that are meant, where only some are. */
  readonly profiles: ReadonlyMap<string, readonly string[]>;
  /** By host where it is reached. */
  readonly addresses: ReadonlyMap<string, string>;
}

/** What one word means. */
type Meaning =
  | { readonly kind: "target"; readonly flake: string | null; readonly path: DeployPath }
  | { readonly kind: "destination"; readonly host: string; readonly address: string }
  | { readonly kind: "selection"; readonly text: string };

/**
 * Reads the words. The first may be a goal; a host that is called like a goal is selected with --on.
 *
 * @param ofFile whether targets are NODE[.PROFILE] of a file that was named
 * @throws FlotillaError E_USAGE for what is none of all this, and for two flakes in one run
 * @example deployWords([".#web-01.system", ".#db-01"], false) // on: web-01 and db-01; profiles: web-01 has "system"
 */
export function deployWords(words: readonly string[], ofFile: boolean): DeployWords {
  const [first = "", ...others] = words;
  const goal = Goal.safeParse(first === "upload-keys" ? "keys" : first).data ?? null;
  const meanings = (goal === null ? words : others).map((word) => meaningOf(word, ofFile));
  const targets = meanings.filter((meaning) => meaning.kind === "target");
  const flakes = new Set(targets.flatMap(({ flake }) => (flake === null ? [] : [flake])));
  const [flake = null, otherFlake] = flakes;
  if (otherFlake !== undefined) {
    throw new FlotillaError("E_USAGE", `${flake} and ${otherFlake} are two flakes, and a run has one`, {
      hint: "run flotilla once for each",
    });
  }
  const destinations = meanings.filter((meaning) => meaning.kind === "destination");
  // One target without a node means all of them.
  const isAll = targets.some(({ path }) => path.node === null);
  const named = targets.flatMap(({ path }) => (path.node === null ? [] : [path.node]));
  const terms = meanings.flatMap((meaning) => (meaning.kind === "selection" ? [meaning.text] : []));
  return {
    goal,
    flake,
    on: isAll ? [] : [...new Set([...named, ...destinations.map(({ host }) => host), ...terms])],
    profiles: profilesOf(targets.map(({ path }) => path)),
    addresses: new Map(destinations.map(({ address, host }) => [host, address])),
  };
}

function meaningOf(word: string, ofFile: boolean): Meaning {
  const destination = parseDestination(word);
  if (destination !== null) return { kind: "destination", ...destination };
  if (word.includes("#") || /^(?:\.{0,2}\/|\.{1,2}$|[a-z][a-z0-9+-]*:)/u.test(word)) {
    const { flake, ...path } = parseDeployTarget(word);
    return { kind: "target", flake, path };
  }
  return ofFile && !/[*?[\]@!,+]/u.test(word)
    ? { kind: "target", flake: null, path: parseDeployPath(word) }
    : { kind: "selection", text: word };
}

/** A node that is also meant as a whole has no entry. */
function profilesOf(paths: readonly DeployPath[]): DeployWords["profiles"] {
  const whole = new Set(paths.filter(({ profile }) => profile === null).map(({ node }) => node));
  const profiles = new Map<string, readonly string[]>();
  if (whole.has(null)) return profiles;
  for (const { node, profile } of paths) {
    if (node === null || profile === null || whole.has(node)) continue;
    profiles.set(node, [...(profiles.get(node) ?? []), profile]);
  }
  return profiles;
}
