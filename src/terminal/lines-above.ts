// What stays on the screen while the live view moves on: warnings, what failed with its last lines, and all logs where asked.
import type { RunEvent } from "../domain/event.ts";
import { eventLine, failureLog } from "./event-lines.ts";
import { quotedLines } from "./report-parts.ts";
import type { RunView } from "./run-view.ts";
import type { Style } from "./style.ts";
import { drawLine, type StyledLine } from "./styled-line.ts";

const logLinesShown = 10;

/** The lines of an event that scroll above the live view; none for most. */
export function linesAbove(
  event: RunEvent,
  view: RunView,
  { style, verbose }: { readonly style: Style; readonly verbose: boolean },
): string[] {
  switch (event.type) {
    case "warning":
      return [headline(event, style)];
    case "host-log":
    case "build-log":
      return verbose ? [headline(event, style)] : [];
    case "host-finished": {
      const log = failureLog(event, view.hosts[view.positions.get(event.host) ?? -1]?.log ?? []);
      const quoted = quotedLines(log.slice(-logLinesShown), "  ", style).map((line) => drawLine(line, style));
      return quoted.length === 0 ? [] : [headline(event, style), ...quoted, ""];
    }
    case "run-started":
    case "host-identified":
    case "host-phase":
    case "host-progress":
    case "build-progress":
    case "run-finished":
      return [];
  }
}

function headline(event: RunEvent, style: Style): string {
  const { subject, topic, text } = eventLine(event, style.symbols);
  const line: StyledLine = [{ text: `${subject}  `, tone: "strong" }, topic, { text: "  " }, ...text];
  return drawLine(line, style);
}
