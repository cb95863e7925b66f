// What an event says in words: one line of it in the plain log, and what scrolls above the live view.
import type { Reason, RunEvent } from "../domain/event.ts";
import { isSuccess } from "../domain/outcome.ts";
import { formatDuration, spellDuration } from "./format-duration.ts";
import { endDetail, progressText } from "./host-line.ts";
import { outcomeSign } from "./outcome-sign.ts";
import { plural } from "./plural.ts";
import { printable } from "./printable.ts";
import type { EventOf } from "./event-of.ts";
import type { Piece } from "./styled-line.ts";
import type { Symbols } from "./symbols.ts";

/** One event in three columns: whom it is about, what about them, and what happened. */
export interface EventLine {
  /** The host, else "run" or "build". */
  readonly subject: string;
  /** The phase, the outcome or the kind of message. */
  readonly topic: Piece;
  readonly text: readonly Piece[];
}

/** What an event says, in one line. */
export function eventLine(event: RunEvent, symbols: Symbols): EventLine {
  switch (event.type) {
    case "run-started":
      return run(
        "started",
        [event.run, event.goal, flakeOf(event), plural(event.hosts.length, "host"), `by ${event.operator}`],
        symbols,
      );
    case "host-identified":
      return {
        subject: event.host,
        topic: { text: "connect" },
        text: [{ text: `answered at ${addressOf(event)}` }],
      };
    case "host-phase":
      return { subject: event.host, topic: { text: event.phase }, text: phaseText(event) };
    case "host-progress": {
      const detail = event.detail === undefined ? "" : `  ${event.detail}`;
      return {
        subject: event.host,
        topic: { text: event.phase },
        text: [{ text: progressText(event).trimStart() + detail }],
      };
    }
    case "host-log":
      return logLine(event.host, event.phase, event.line, symbols);
    case "host-finished": {
      const { tone } = outcomeSign(event.outcome, symbols);
      return {
        subject: event.host,
        topic: { text: event.outcome, tone },
        text: [{ text: `${formatDuration(event.seconds)}  ` }, ...codeOf(event.reason), ...endDetail(event, symbols)],
      };
    }
    case "build-progress": {
      const running = event.running.length === 0 ? "" : `  (${event.running.join(", ")})`;
      return {
        subject: "build",
        topic: { text: "build" },
        text: [{ text: `${event.done} / ${event.expected} builds${running}` }],
      };
    }
    case "build-log":
      return logLine("build", event.derivation, event.line, symbols);
    case "warning":
      return {
        subject: "run",
        topic: { text: "warning", tone: "caution" },
        text: [...codeOf(event), { text: sentence(event) }],
      };
    case "run-finished": {
      const counts = Object.entries(event.outcomes).map(([outcome, count]) => `${count} ${outcome}`);
      return run("finished", [formatDuration(event.seconds), ...counts, `exit status ${event.exitStatus}`], symbols);
    }
  }
}

function run(topic: string, parts: readonly string[], symbols: Symbols): EventLine {
  return { subject: "run", topic: { text: topic }, text: [{ text: parts.join(` ${symbols.separator} `) }] };
}

function logLine(subject: string, topic: string, line: string, symbols: Symbols): EventLine {
  return {
    subject,
    topic: { text: topic, tone: "quiet" },
    text: [{ text: `${symbols.quote} `, tone: "quiet" }, { text: line }],
  };
}

function flakeOf({ flake, revision }: EventOf<"run-started">): string {
  return revision === null ? flake : `${flake} @ ${revision}`;
}

function addressOf({ address, port, user }: EventOf<"host-identified">): string {
  if (address === ".") return "this machine";
  const host = port !== null && address.includes(":") ? `[${address}]` : address;
  return `${user === null ? "" : `${user}@`}${host}${port === null ? "" : `:${port}`}`;
}

function phaseText(event: EventOf<"host-phase">): Piece[] {
  const deadline =
    event.deadline === undefined
      ? ""
      : `  (goes back by itself in ${spellDuration((Date.parse(event.deadline) - Date.parse(event.at)) / 1000)})`;
  const detail = event.detail === undefined ? "" : `  ${event.detail}`;
  return [{ text: event.state, tone: event.state === "failed" ? "bad" : undefined }, { text: detail + deadline }];
}

function codeOf({ code }: { readonly code?: string | undefined } = {}): Piece[] {
  return code === undefined ? [] : [{ text: `${code}  `, tone: "strong" }];
}

function sentence({ message, hint }: EventOf<"warning">): string {
  return hint === undefined ? message : `${message} (${hint})`;
}

/** The lines a failure leaves behind: what failed printed last. Empty where the host ended as asked. */
export function failureLog(event: EventOf<"host-finished">, tail: readonly string[]): readonly string[] {
  if (isSuccess(event.outcome) || event.outcome === "skipped") return [];
  return lastLines(event.reason, tail);
}

/** The log of the reason, else the last lines that were heard from the host. */
export function lastLines(reason: Reason | undefined, tail: readonly string[]): readonly string[] {
  const log = (reason?.log ?? []).map((line) => printable(line).trimEnd());
  // Sending keys prints nothing: those lines would be of the activation before.
  return log.length > 0 || reason?.step === "keys" ? log : tail;
}
