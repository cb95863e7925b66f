// One host as one line: name, sign, word, time, and what is worth knowing about it now.
import { displayWidth, padEnd, padStart, truncate } from "./display-width.ts";
import { formatBytes, formatBytesOf } from "./format-bytes.ts";
import { formatDuration, formatWholeDuration, spellDuration } from "./format-duration.ts";
import { outcomeSign } from "./outcome-sign.ts";
import {
  currentPhase,
  type HostFinished,
  type HostView,
  type PhaseView,
  type Progress,
  type RunView,
} from "./run-view.ts";
import { lineWidth, type Piece, type StyledLine } from "./styled-line.ts";
import type { Symbols } from "./symbols.ts";

const wordWidth = 12;
const timeWidth = 6;
const barWidth = 10;
const rowGap = "   ";

export interface HostLineOptions {
  readonly nameWidth: number;
  readonly now: number;
  readonly symbols: Symbols;
  /** Columns of the whole line; null where there is no end. */
  readonly columns: number | null;
}

/** The width of the column of names: of the longest, but never so wide that nothing else fits. */
export function nameWidthFor(view: RunView, columns: number | null): number {
  let longest = 4;
  for (const { name } of view.hosts) longest = Math.max(longest, name.length);
  return columns === null ? longest : Math.min(longest, Math.max(8, Math.floor(columns * 0.35)));
}

/** The line of a host in the live view and in the table at the end. */
export function hostLine(host: HostView, view: RunView, options: HostLineOptions): StyledLine {
  const { symbols, now } = options;
  if (host.end !== null) {
    const sign = outcomeSign(host.end.outcome, symbols);
    const head = lineHead(host, sign.symbol, host.end.outcome, formatDuration(host.end.seconds), options);
    return [...toned(head, sign.tone), ...endDetail(host.end, symbols)];
  }
  const phase = currentPhase(host);
  const time = host.since === null ? "" : formatWholeDuration(Math.floor((now - host.since) / 1000));
  if (phase === null) {
    const head = lineHead(host, symbols.waiting, "waiting", time, options);
    const detail = host.passed === null ? "" : `after ${host.passed}`;
    return [...head.map(({ text }) => ({ text, tone: "quiet" as const })), { text: detail, tone: "quiet" }];
  }
  const failed = phase.state === "failed";
  const head = lineHead(host, failed ? symbols.bad : symbols.busy, phase.phase, time, options);
  const room = options.columns === null ? null : options.columns - lineWidth(head);
  return [...toned(head, failed ? "bad" : "busy"), ...phaseDetail(phase, host, view, { ...options, room })];
}

function lineHead(host: HostView, symbol: string, word: string, time: string, options: HostLineOptions): Piece[] {
  const name = padEnd(truncate(host.name, options.nameWidth, options.symbols.ellipsis), options.nameWidth);
  return [
    { text: `  ${name}  ` },
    { text: `${symbol} ${padEnd(word, wordWidth)}` },
    { text: `${padStart(time, timeWidth)}${rowGap}` },
  ];
}

/** Only the sign and its word take the tone: the rest of the line stays calm. */
function toned(head: readonly Piece[], tone: NonNullable<Piece["tone"]>): Piece[] {
  return head.map((piece, index) => (index === 1 ? { ...piece, tone } : piece));
}

/** What is said of a host that has ended: its versions and notes, or why it is not as asked. */
export function endDetail(end: HostFinished, symbols: Symbols): Piece[] {
  if (end.reason !== undefined) return [{ text: end.reason.message }];
  const versions = versionChange(end, symbols);
  const notes = end.notes.join(", ");
  return [{ text: versions }, { text: versions !== "" && notes !== "" ? rowGap : "" }, { text: notes, tone: "quiet" }];
}

/** @example "25.05.1 → 25.05.2", or only "25.05.2" where nothing else ran before */
function versionChange({ previousVersion, version }: HostFinished, symbols: Symbols): string {
  if (version === null) return "";
  const from = previousVersion === null || previousVersion === version ? "" : `${previousVersion} ${symbols.arrow} `;
  return `${from}${version}`;
}

interface DetailOptions extends HostLineOptions {
  readonly room: number | null;
}

function phaseDetail(phase: PhaseView, host: HostView, view: RunView, options: DetailOptions): Piece[] {
  const pieces: Piece[] = [];
  const add = (text: string, tone?: Piece["tone"]): void => {
    if (text === "") return;
    pieces.push({ text: pieces.length === 0 ? "" : "  " }, { text, tone });
  };
  if (phase.progress !== null) addProgress(add, phase.progress, options);
  else if (phase.phase === "build" && phase.detail === null) add(buildsLeft(view));
  const deadline = deadlineNote(phase, options);
  const room = (options.room ?? Infinity) - lineWidth(pieces);
  add(deadline === "" ? (phase.detail ?? "") : besides(deadline, phase.detail ?? "", room, options.symbols));
  add(deadline, "caution");
  const spare = options.room === null ? Infinity : options.room - lineWidth(pieces);
  if (host.logPhase === phase.phase && spare > 16) add(host.log.at(-1) ?? "", "quiet");
  return pieces;
}

function deadlineNote({ state, deadline }: PhaseView, { now, room }: DetailOptions): string {
  if (deadline === null || state === "failed") return "";
  const left = spellDuration(Math.ceil((deadline - now) / 1000));
  const note = `(goes back by itself in ${left})`;
  return room === null || note.length <= room ? note : `${left} left`;
}

/** A detail that gives way to the note it stands beside, and goes where too little of it would be left. */
function besides(note: string, detail: string, columns: number, symbols: Symbols): string {
  const room = columns - displayWidth(note) - 4;
  if (displayWidth(detail) <= room) return detail;
  return room < 8 ? "" : truncate(detail, room, symbols.ellipsis);
}

function addProgress(
  add: (text: string, tone?: Piece["tone"]) => void,
  progress: Progress,
  options: DetailOptions,
): void {
  const { symbols, room } = options;
  const { done, expected, rate } = progress;
  if (expected > 0 && (room === null || room >= 40)) {
    const full = Math.round(Math.min(1, Math.max(0, done / expected)) * barWidth);
    add(symbols.barDone.repeat(full) + symbols.barLeft.repeat(barWidth - full), "busy");
  }
  if (expected > 0 && room !== null && room < 16) {
    add(`${Math.floor((done / expected) * 100)} %`);
    return;
  }
  add(progressText(progress));
  if (progress.unit === "bytes" && rate !== null && rate > 0) add(`${formatBytes(rate)}/s`);
  if (rate !== null && rate > 0 && expected - done > rate * 5)
    add(`${spellDuration((expected - done) / rate)} left`, "quiet");
  add(progress.detail ?? "", "quiet");
}

/** @example "182 / 260 MiB", "12 / 40 paths" */
export function progressText({ done, expected, unit }: Pick<Progress, "done" | "expected" | "unit">): string {
  if (unit === "bytes") return expected > 0 ? formatBytesOf(done, expected) : formatBytes(done);
  const whole = String(expected);
  return expected > 0 ? `${String(done).padStart(whole.length)} / ${whole} ${unit}` : `${done} ${unit}`;
}

function buildsLeft({ build }: RunView): string {
  if (build === null || build.expected <= build.done) return "";
  const [first] = build.running;
  const naming = first === undefined ? "" : ` (${first})`;
  return `${build.expected - build.done} of ${build.expected} builds left${naming}`;
}
