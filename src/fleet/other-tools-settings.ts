// Settings of other tools that share the `deployment` attribute set and that flotilla does not serve: taken out before
// the schema looks, and named to the operator wherever they ask for something.

/** By name: whether a value is what the tool assumes anyway, so that leaving it out changes nothing. */
const otherTools: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ["keys", (value) => typeof value === "object" && value !== null && Object.keys(value).length === 0],
]);

/**
 * Parts the settings that are ours (or unknown) from those of other tools.
 *
 * @returns `ignored`: names of the settings that ask for something flotilla will not do
 */
export function withoutOtherToolsSettings(deployment: unknown): {
  readonly settings: unknown;
  readonly ignored: readonly string[];
} {
  if (typeof deployment !== "object" || deployment === null || Array.isArray(deployment)) {
    return { settings: deployment, ignored: [] };
  }
  const entries = Object.entries(deployment);
  return {
    settings: Object.fromEntries(entries.filter(([name]) => !otherTools.has(name))),
    ignored: entries.filter(([name, value]) => otherTools.get(name)?.(value) === false).map(([name]) => name),
  };
}
