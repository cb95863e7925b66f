// The settings of a hive's node. Colmena takes what it knows of `deployment` and leaves the rest alone, so a hive's own
// modules may declare more there: what is misspelt never gets this far, the module system has refused it.
import { Deployment } from "./deployment.ts";

/**
 * What deploying is about, of all that `deployment` holds.
 *
 * @example hiveSettings({ tags: ["web"], rack: 4 }) // { tags: ["web"] }
 */
export function hiveSettings(deployment: unknown): unknown {
  if (typeof deployment !== "object" || deployment === null || Array.isArray(deployment)) return deployment;
  return Object.fromEntries(Object.entries(deployment).filter(([name]) => Object.hasOwn(Deployment.shape, name)));
}
