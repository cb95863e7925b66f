// What must not be written down of what an evaluation says: the text of a key is a secret.

/**
 * Whether the settings of a host, or any value with such settings in it, hold the text of a key.
 *
 * @example holdsSecrets({ keys: { tls: { text: "…" } } }) // true
 */
export function holdsSecrets(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if ("keys" in value && hasText(value.keys)) return true;
  return Object.values(value).some(holdsSecrets);
}

function hasText(keys: unknown): boolean {
  if (typeof keys !== "object" || keys === null) return false;
  return Object.values(keys).some(
    (key: unknown) => typeof key === "object" && key !== null && "text" in key && key.text !== null,
  );
}
