// "Did you mean …?": which of the known names a mistyped one is closest to.

/**
 * The known name that takes the fewest single-letter edits (insert, delete, replace, swap neighbours) to reach from
 * `name`; undefined where even the best is too far to be a typing mistake. Letter case does not count.
 *
 * @example nearestName("wbe-01", ["web-01", "db-01"]) // "web-01"
 */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  const tolerance = Math.max(2, Math.floor(name.length / 3));
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) > tolerance) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance <= tolerance && distance < candidate.length && (best === undefined || distance < best.distance)) {
      best = { name: candidate, distance };
    }
  }
  return best?.name;
}

/** The hint for a name that is not known, or undefined where nothing is near. */
export function didYouMean(name: string, known: Iterable<string>): string | undefined {
  const nearest = nearestName(name, known);
  return nearest === undefined ? undefined : `did you mean ${nearest}?`;
}

/** Damerau-Levenshtein in its restricted form (optimal string alignment), three rows at a time. */
function editDistance(left: string, right: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const replace = at(last, column - 1) + (left[row - 1] === right[column - 1] ? 0 : 1);
      let cheapest = Math.min(at(last, column) + 1, at(current, column - 1) + 1, replace);
      if (row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]) {
        cheapest = Math.min(cheapest, at(beforeLast, column - 2) + 1);
      }
      current.push(cheapest);
    }
    beforeLast = last;
    last = current;
  }
  return at(last, right.length);
}

const at = (row: readonly number[], column: number): number => row[column] ?? Number.POSITIVE_INFINITY;
