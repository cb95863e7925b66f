// What is left on the screen when a run has ended: the table of outcomes, each failure with its cause and what to do, and the sum.
import type { Outcome } from "../domain/outcome.ts";
import { isSuccess } from "../domain/outcome.ts";
import { padEnd, truncate } from "./display-width.ts";
import { lastLines } from "./event-lines.ts";
import { formatDuration } from "./format-duration.ts";
import { hostLine, nameWidthFor } from "./host-line.ts";
import { type NextStep, nextSteps } from "./next-steps.ts";
import { outcomeSign } from "./outcome-sign.ts";
import { plural } from "./plural.ts";
import { hintLines, labelled, messageLines, quotedLines } from "./report-parts.ts";
import { countOutcomes, type HostFinished, type HostView, type RunView } from "./run-view.ts";
import { runHeader } from "./run-header.ts";
import type { Style } from "./style.ts";
import { drawLine, type Piece, type StyledLine } from "./styled-line.ts";

/** Fleets up to this size list every host; larger ones only those that did not end as asked. */
const smallFleet = 20;
/** Failures shown with their log; the rest is named by cause. */
const failuresInFull = 10;
const logLinesShown = 10;
const indent = "    ";
const noOutcome = "no outcome was recorded";
/** More remarks than this do not fit a row (what `dry-activate` found out) and are listed below the table. */
const notesInRow = 3;

interface EndedHost extends HostView {
  readonly end: HostFinished;
}

/** The report, as lines. Table rows are cut to the style's columns; messages and logs never are. */
export function finalReport(view: RunView, style: Style): string[] {
  const uncut: Style = { ...style, columns: null };
  const ended = view.hosts.filter((host): host is EndedHost => host.end !== null);
  const bad = ended.filter(({ end }) => !isSuccess(end.outcome));
  const explained = bad.filter(({ end }) => end.outcome !== "skipped" && end.reason !== undefined);
  const inFull = explained.toSorted((a, b) => attention(a) - attention(b)).slice(0, failuresInFull);
  const named = view.hosts.filter((host) => !inFull.some(({ name }) => name === host.name) && !isFine(host));
  const small = view.hosts.length <= smallFleet;
  const table = small ? view.hosts.map((host) => outcomeRow(host, view, style)) : [];
  return [
    ...section([drawLine(runHeader(view, style), style)]),
    ...section(table),
    ...ended.flatMap((host) => section(remarks(host).map((line) => drawLine(line, uncut)))),
    ...inFull.flatMap((host) => section(failure(host, style).map((line) => drawLine(line, uncut)))),
    // The table of a small fleet has named them.
    ...section(small ? [] : groups(named, style).map((line) => drawLine(line, style))),
    drawLine(summary(view, style), uncut),
  ];
}

const isFine = ({ end }: HostView): boolean => end !== null && isSuccess(end.outcome);

/** What comes first where not all can be told: the hosts whose running system is in question. */
const attention = ({ end }: EndedHost): number =>
  ["lost-contact", "rolled-back", "failed", "refused", "unreachable"].indexOf(end.outcome);

const section = (lines: readonly string[]): readonly string[] => (lines.length === 0 ? [] : [...lines, ""]);

/** As in the live view; what is told in full below is only named here. */
function outcomeRow(host: HostView, view: RunView, style: Style): string {
  const { symbols, columns } = style;
  const { end } = host;
  const nameWidth = nameWidthFor(view, columns);
  if (end === null) {
    return drawLine([{ text: `  ${padEnd(host.name, nameWidth)}  ` }, { text: noOutcome, tone: "bad" }], style);
  }
  const row = hostLine({ ...host, end: inShort(end) }, view, { nameWidth, now: Date.parse(end.at), symbols, columns });
  return drawLine(row, style);
}

function inShort(end: HostFinished): HostFinished {
  const { reason, notes } = end;
  if (reason !== undefined && end.outcome !== "skipped") return { ...end, reason: { ...reason, message: reason.code } };
  return notes.length > notesInRow ? { ...end, notes: [`${plural(notes.length, "remark")}, below`] } : end;
}

function remarks({ end }: EndedHost): StyledLine[] {
  if (end.notes.length <= notesInRow || end.reason !== undefined) return [];
  return [[{ text: end.host, tone: "strong" }], ...end.notes.map((note) => [{ text: indent }, { text: note }])];
}

function failure({ end, log }: EndedHost, style: Style): StyledLine[] {
  const { tone } = outcomeSign(end.outcome, style.symbols);
  const { reason } = end;
  if (reason === undefined) return [];
  const step = reason.step === undefined ? [] : [{ text: `  during ${reason.step}`, tone: "quiet" as const }];
  return [
    [
      { text: end.host, tone: "strong" },
      { text: "  " },
      { text: end.outcome, tone },
      { text: `  ${reason.code}` },
      ...step,
    ],
    ...messageLines(reason.message, indent, style),
    ...end.notes.flatMap((note) => messageLines(note, indent, style)),
    ...quotedLines(lastLines(reason, log).slice(-logLinesShown), indent, style),
    ...hintLines(reason.hint, indent, style),
    ...labelled("try:  ", nextSteps(end).map(stepLine), indent),
  ];
}

const stepLine = ({ command, purpose }: NextStep): StyledLine => [
  { text: command },
  { text: `   ${purpose}`, tone: "quiet" },
];

/** Hosts with the same outcome and cause in one line: how many, why, and who as far as they fit. */
function groups(hosts: readonly HostView[], { symbols }: Style): StyledLine[] {
  const grouped = Map.groupBy(hosts, ({ end }) =>
    end === null ? noOutcome : `${end.outcome}  ${end.reason?.code ?? ""}`.trimEnd(),
  );
  return [...grouped].map(([cause, members]) => {
    const outcome = members[0]?.end?.outcome;
    const tone = outcome === undefined ? "bad" : outcomeSign(outcome, symbols).tone;
    const names = truncate(members.map(({ name }) => name).join(", "), 200, symbols.ellipsis);
    return [{ text: plural(members.length, "host") }, { text: `  ${cause}  `, tone }, { text: names, tone: "quiet" }];
  });
}

/** @example "5 hosts in 14s: 4 deployed, 1 rolled-back" */
function summary(view: RunView, { symbols }: Style): StyledLine {
  const counts = [...countOutcomes(view)].map(([outcome, count]) => countPiece(outcome, count, symbols));
  const missing = view.hosts.filter(({ end }) => end === null).length;
  if (missing > 0) counts.push({ text: `${missing} without an outcome`, tone: "bad" });
  const elapsed = view.end === null ? "" : ` in ${formatDuration(view.end.seconds)}`;
  const tail = [`run ${view.run ?? ""}`, ...(view.warnings > 0 ? [plural(view.warnings, "warning")] : [])];
  return [
    { text: `${plural(view.hosts.length, "host")}${elapsed}: ` },
    ...counts.flatMap((piece, index) => (index === 0 ? [piece] : [{ text: ", " }, piece])),
    { text: `   ${tail.join(` ${symbols.separator} `)}`, tone: "quiet" },
  ];
}

function countPiece(outcome: Outcome, count: number, symbols: Style["symbols"]): Piece {
  return { text: `${count} ${outcome}`, tone: outcomeSign(outcome, symbols).tone };
}
