// The end of a host that was learnt after its run, as the event that the run could not emit itself.
import type { Ending } from "../deploy/host-journey.ts";
import type { EventBody } from "../domain/event.ts";
import type { HostRecord } from "../history/history.ts";

/** What the history knows of the host, with the ending that it has now. */
export function finishedEvent(
  { host, previous, previousVersion, system, version }: HostRecord,
  { notes, outcome, reason }: Ending,
  seconds: number,
): EventBody {
  const more = reason === undefined ? {} : { reason };
  const facts = { previous, previousVersion, system, version, notes: [...(notes ?? [])], seconds };
  return { type: "host-finished", host, outcome, ...more, ...facts };
}
