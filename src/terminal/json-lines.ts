// The run for programs: every event as it is, one a line (docs/events.md has the schema).
import type { RunEvent } from "../domain/event.ts";

/** One event as a line of JSON, with the newline that ends it. */
export function jsonLine(event: RunEvent): string {
  return `${JSON.stringify(event)}\n`;
}
