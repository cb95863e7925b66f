// Completion of host names and selections, from the cache alone; `flotilla hosts` fills it.
import type { Context } from "../context.ts";

/** Host names. */
export async function proposeHosts(this: Context): Promise<readonly string[]> {
  return (await recall(this)).hosts;
}

/** The last part of a selection: `web-1,@d` proposes `web-1,@db`. */
export async function proposeSelection(this: Context, partial: string): Promise<readonly string[]> {
  const { hosts, tags } = await recall(this);
  const begun = /^(?:.*[,+])?!?/.exec(partial)?.[0] ?? "";
  return [...hosts, ...tags.map((tag) => `@${tag}`), "@failed", "@changed"].map((word) => `${begun}${word}`);
}

/** Leaves the whole fleet's names and tags for the functions above. */
export async function rememberHosts(
  context: Context,
  flake: string | null,
  rows: readonly { readonly host: string; readonly tags: readonly string[] }[],
): Promise<void> {
  const { rememberFleet } = await import("./completion-cache.ts");
  await rememberFleet(context.process.env, context.cwd, flake, {
    hosts: rows.map(({ host }) => host),
    tags: [...new Set(rows.flatMap(({ tags }) => tags))],
  });
}

// Loaded only when a shell asks: every command's definition imports this file.
async function recall(context: Context) {
  const { recallFleet } = await import("./completion-cache.ts");
  return recallFleet(context.process.env, context.cwd, context.completedFlake ?? null);
}
