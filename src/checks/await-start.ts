// A host that has just booted is given time to come up before it is judged.
import { setTimeout as sleepFor } from "node:timers/promises";
import type { Connection } from "../ssh/connection.ts";
import { inspectionScript } from "./inspection-script.ts";
import { type Inspection, parseInspection } from "./inspection.ts";

/** Seconds that a host may take from answering ssh to having started everything. Longer than that is a fault of its own. */
export const startSeconds = 60;

/** Milliseconds for one more inspection over a connection that is there. */
const deadline = 20_000;

/**
 * Inspects a host anew until it is no longer starting; returns the last inspection after a minute all the same, which
 * is then refused as E_NOT_READY. A host that is up costs nothing: its inspection is returned as it is.
 *
 * @throws FlotillaError what the connection rejects with; the signal's reason when it is aborted
 */
export async function awaitStart(
  connection: Pick<Connection, "run" | "target">,
  inspection: Inspection,
  signal: AbortSignal,
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<void> = wait,
): Promise<Inspection> {
  let latest = inspection;
  for (let second = 0; second < startSeconds && isStarting(latest); second++) {
    await sleep(1000, signal);
    const stdin = inspectionScript({ elevation: connection.target.elevation });
    const { stdout } = await connection.run({ words: ["sh", "-s"], stdin, asRoot: false, deadline }, { signal });
    latest = parseInspection(stdout);
  }
  return latest;
}

const isStarting = ({ state }: Inspection): boolean => state === "starting" || state === "initializing";

async function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleepFor(milliseconds, undefined, { signal });
}
