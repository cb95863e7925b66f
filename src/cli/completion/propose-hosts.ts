// Completion of host names and selections, from the cache alone.
import type { Context } from "../context.ts";

/** Host names. */
export async function proposeHosts(this: Context): Promise<readonly string[]> {
  return (await recall(this)).hosts;
}

/** The last part of a selection: `web-1,@d` proposes `web-1,@db`. */
export async function proposeSelection(this: Context, partial: string): Promise<readonly string[]> {
  const { hosts, tags } = await recall(this);
  const begun = /^(?:.*,)?!?/.exec(partial)?.[0] ?? "";
  return [...hosts, ...tags.map((tag) => `@${tag}`)].map((word) => `${begun}${word}`);
}

// Loaded only when a shell asks: every command's definition imports this file.
async function recall(context: Context) {
  const { recallFleet } = await import("./completion-cache.ts");
  return recallFleet(context.process.env, context.cwd, context.completedFlake ?? null);
}
