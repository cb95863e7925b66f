// An event as a view takes it: what happened, and of its stamp the two things a view shows.
import type { EventBody } from "../domain/event.ts";
import type { RunId } from "../domain/run-id.ts";

interface Stamp {
  readonly run: RunId;
  /** ISO 8601. */
  readonly at: string;
}

/** Every RunEvent is one; what else its stamp carries reaches the JSON lines untouched. */
export type SeenEvent = EventBody & Stamp;

/** The event of one type, e.g. `Seen<"host-finished">`. */
export type Seen<Type extends EventBody["type"]> = Extract<EventBody, { type: Type }> & Stamp;
