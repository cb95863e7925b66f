// How many columns each of several sizes gets, to scale, where none may get fewer than a person can see.

/**
 * Shares `columns` among the sizes; the sum is `columns`, as long as each can have its least.
 *
 * @example shareColumns([1, 99, 100], 40, 3) // [3, 18, 19]
 */
export function shareColumns(given: readonly number[], columns: number, least: number): readonly number[] {
  // A size of nothing would have no share at all.
  const sizes = given.map((size) => Math.max(size, 1));
  const smallest = Math.min(least, Math.floor(columns / Math.max(sizes.length, 1)));
  // Whoever would get less than the least gets that, and the others share what is left: until nobody would.
  const fixed = new Set<number>();
  for (;;) {
    const room = columns - fixed.size * smallest;
    const total = sizes.reduce((sum, size, index) => (fixed.has(index) ? sum : sum + size), 0);
    const tooSmall = sizes.findIndex((size, index) => !fixed.has(index) && (size / total) * room < smallest);
    if (tooSmall === -1) return rounded(sizes, room, total, fixed, smallest);
    fixed.add(tooSmall);
  }
}

/** Whole columns: what rounding down leaves goes to the largest remainders. */
function rounded(
  sizes: readonly number[],
  room: number,
  total: number,
  fixed: ReadonlySet<number>,
  smallest: number,
): readonly number[] {
  const exact = sizes.map((size, index) => (fixed.has(index) ? smallest : (size / total) * room));
  const shares = exact.map(Math.floor);
  const missing = room + fixed.size * smallest - shares.reduce((sum, share) => sum + share, 0);
  const byRemainder = [...exact.keys()]
    .filter((index) => !fixed.has(index))
    .toSorted((one, other) => remainder(exact[other]) - remainder(exact[one]));
  for (const index of byRemainder.slice(0, missing)) shares[index] = (shares[index] ?? 0) + 1;
  return shares;
}

const remainder = (value = 0): number => value - Math.floor(value);
