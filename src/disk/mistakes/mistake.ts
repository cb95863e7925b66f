// A mistake in a layout: which option, what is wrong with it, what to do.

export interface LayoutMistake {
  /** Below disko.devices: ["disk", "main", "content", "partitions", "root", "size"]. */
  readonly path: readonly string[];
  readonly message: string;
  readonly hint: string;
}

export const mistake = (path: readonly string[], message: string, hint: string): LayoutMistake => ({
  path,
  message,
  hint,
});

/**
 * An option as it is written in Nix.
 * @example optionPath(["disk", "my disk", "device"]) // 'disk."my disk".device'
 */
export const optionPath = (path: readonly string[]): string =>
  path
    .map((name) =>
      /^[A-Za-z_][A-Za-z0-9_'-]*$/u.test(name) || /^\d+$/u.test(name)
        ? name
        : JSON.stringify(name).replaceAll("${", "\\${"),
    )
    .join(".");

/** A name in a message: quoted, with nothing in it that a terminal would obey. */
export const shown = (name: string): string => JSON.stringify(name).replaceAll(/\p{Cc}/gu, "?");

/** What occurs again, with where it occurred first. */
export function repeated<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
): readonly { readonly item: T; readonly first: T }[] {
  const firsts = new Map<string, T>();
  return items.flatMap((item) => {
    const key = keyOf(item);
    const first = firsts.get(key);
    if (first !== undefined) return [{ item, first }];
    firsts.set(key, item);
    return [];
  });
}
