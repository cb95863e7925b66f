// Deployment settings as plain data: the flake output `flotilla = { defaults = {…}; hosts.<name> = {…}; }`.

/** Whose whole value is one thing, such as the words of a command: a host's replaces the default. */
const replaced: ReadonlySet<string> = new Set(["privilegeEscalationCommand", "targetHosts"]);

/**
 * A host's settings over the defaults, as the module system would merge them: attribute sets are merged, lists are the
 * defaults' followed by the host's, anything else is the host's. `targetHosts` and `privilegeEscalationCommand` are
 * replaced whole. What is no attribute set is handed on as it is, for the schema to refuse.
 *
 * @example mergePlain({ tags: ["eu"], targetUser: "deploy" }, { tags: ["web"] }) // { tags: ["eu", "web"], targetUser: "deploy" }
 */
export function mergePlain(defaults: unknown, host: unknown): unknown {
  if (host === undefined) return defaults;
  if (defaults === undefined) return host;
  if (Array.isArray(defaults) && Array.isArray(host)) return [...defaults, ...host];
  if (!isAttributes(defaults) || !isAttributes(host)) return host;
  const merged = new Map(Object.entries(defaults));
  for (const [name, value] of Object.entries(host)) {
    merged.set(name, replaced.has(name) ? value : mergePlain(merged.get(name), value));
  }
  return Object.fromEntries(merged);
}

const isAttributes = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
