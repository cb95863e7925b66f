// The run as plain lines, one an event, host first: for pipes, CI and people who prefer it.
import type { RunEvent } from "../domain/event.ts";
import { padEnd, padStart } from "./display-width.ts";
import { eventLine } from "./event-lines.ts";
import { formatWholeDuration } from "./format-duration.ts";
import type { Style } from "./style.ts";
import { drawLine } from "./styled-line.ts";

// Progress that comes many times a second would drown everything else.
const progressInterval = 10_000; // milliseconds between two lines about the same thing

const topicWidth = 12;
const timeWidth = 6;

export interface PlainLogOptions {
  readonly style: Style;
  /** Also the logs of hosts and builds, as they come. */
  readonly verbose: boolean;
}

/** Turns events into lines, one call an event; null for an event that gets none. */
export function plainLog({ style, verbose }: PlainLogOptions): (event: RunEvent) => string | null {
  let since: number | null = null;
  let subjectWidth = 6;
  const lastProgress = new Map<string, number>();
  return (event) => {
    const at = Date.parse(event.at);
    since ??= at;
    if (event.type === "run-started")
      for (const host of event.hosts) subjectWidth = Math.max(subjectWidth, host.length);
    if (!verbose && (event.type === "host-log" || event.type === "build-log")) return null;
    if (event.type === "host-progress" || event.type === "build-progress") {
      const about = event.type === "host-progress" ? event.host : "";
      if (event.done < event.expected && at - (lastProgress.get(about) ?? since) < progressInterval) return null;
      lastProgress.set(about, at);
    }
    const { subject, topic, text } = eventLine(event, style.symbols);
    const elapsed = formatWholeDuration(Math.floor((at - since) / 1000));
    return drawLine(
      [
        { text: `${padEnd(subject, subjectWidth)}  ` },
        { text: `${padStart(elapsed, timeWidth)}  `, tone: "quiet" },
        { ...topic, text: `${padEnd(topic.text, topicWidth)}  ` },
        ...text,
      ],
      { ...style, columns: null },
    );
  };
}
