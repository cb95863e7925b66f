// Waiting for something that only asking again can tell.
import { setTimeout as sleep } from "node:timers/promises";

export interface Patience {
  /** Milliseconds in all. */
  readonly deadline: number;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds between two questions; 20 unless told. */
  readonly pause?: number;
}

/** Asks until the answer is neither null nor false. Throws "… did not happen" at the deadline. */
export async function waitUntil<Answer>(
  what: string,
  ask: () => Promise<Answer | null | false>,
  { deadline, signal, pause = 20 }: Patience,
): Promise<Answer> {
  const end = Date.now() + deadline;
  for (;;) {
    signal?.throwIfAborted();
    const answer = await ask();
    if (answer !== null && answer !== false) return answer;
    if (Date.now() > end) throw new Error(`${what}: not within ${deadline / 1000} s`);
    await sleep(pause, undefined, { signal });
  }
}
