// One frame of the live view: which hosts are shown, and what is said of the rest. Pure: the same state and size give the same lines.
import { isSuccess } from "../domain/outcome.ts";
import { Phase } from "../domain/phase.ts";
import { formatDuration, formatWholeDuration } from "./format-duration.ts";
import { hostLine, nameWidthFor } from "./host-line.ts";
import { outcomeSign } from "./outcome-sign.ts";
import type { Paint } from "./paint.ts";
import { countOutcomes, currentPhase, phaseOrder, type HostView, type RunView } from "./run-view.ts";
import { runHeader } from "./run-header.ts";
import type { Style } from "./style.ts";
import { drawLine, lineWidth, type Piece, type StyledLine } from "./styled-line.ts";
import type { Symbols } from "./symbols.ts";

export interface LiveViewOptions {
  readonly columns: number;
  readonly rows: number;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly paint: Paint;
  readonly symbols: Symbols;
}

/** The lines of a frame: at most `rows`, none wider than `columns`. */
export function liveView(view: RunView, options: LiveViewOptions): string[] {
  const style: Style = { symbols: options.symbols, paint: options.paint, columns: options.columns };
  const head = runHeader(view, options);
  const foot = footer(view, options);
  const spacious = options.rows >= 10 || view.hosts.length + 4 <= options.rows;
  const frame = spacious ? 4 : 2;
  const body = hostLines(view, Math.max(0, options.rows - frame), options);
  const gap: StyledLine[] = spacious ? [[]] : [];
  const lines = [head, ...gap, ...body, ...gap, foot];
  // A terminal of one or two rows gets the sum of it.
  const shown = lines.length <= options.rows ? lines : [...lines.slice(0, Math.max(0, options.rows - 1)), foot];
  return shown.slice(0, options.rows).map((line) => drawLine(line, style));
}

/** All hosts where they fit, in the fleet's order; else those in trouble, those at work, and counts of the rest. */
function hostLines(view: RunView, room: number, options: LiveViewOptions): StyledLine[] {
  const draw = { ...options, nameWidth: nameWidthFor(view, options.columns) };
  if (view.hosts.length <= room) return view.hosts.map((host) => hostLine(host, view, draw));
  if (room === 0) return [];
  const troubled: HostView[] = [];
  const active: HostView[] = [];
  for (const host of view.hosts) {
    if (isTroubled(host)) troubled.push(host);
    else if (host.phases.length > 0) active.push(host);
  }
  // The newest trouble is seen; work that goes on keeps half of the room.
  troubled.sort((a, b) => troubleTime(b) - troubleTime(a));
  active.sort((a, b) => urgency(b) - urgency(a) || (a.since ?? 0) - (b.since ?? 0));
  const rows = room - 1;
  const forTrouble = Math.min(troubled.length, Math.max(Math.ceil(rows / 2), rows - active.length));
  const shown = [...troubled.slice(0, forTrouble), ...active.slice(0, rows - forTrouble)];
  return [...shown.map((host) => hostLine(host, view, draw)), restLine(view, shown, options.symbols)];
}

/** Skipped hosts are the consequence of another one's trouble, and must not hide it. */
const isTroubled = ({ end, phases }: HostView): boolean =>
  end === null ? phases.some(({ state }) => state === "failed") : !isSuccess(end.outcome) && end.outcome !== "skipped";

const troubleTime = (host: HostView): number => (host.end === null ? Number.MAX_SAFE_INTEGER : Date.parse(host.end.at));

/** A host whose running system is being changed is worth more of the eye than one that is copied to, or built. */
function urgency(host: HostView): number {
  const phase = currentPhase(host)?.phase;
  if (phase === undefined) return 0;
  if (phaseOrder(phase) >= phaseOrder("activate")) return 3;
  return phaseOrder(phase) >= phaseOrder("copy") ? 2 : 1;
}

function restLine(view: RunView, shown: readonly HostView[], symbols: Symbols): StyledLine {
  const seen = new Set(shown);
  const rest = { troubled: 0, working: 0, waiting: 0, skipped: 0, done: 0 };
  for (const host of view.hosts) {
    if (seen.has(host)) continue;
    if (isTroubled(host)) rest.troubled += 1;
    else if (host.end?.outcome === "skipped") rest.skipped += 1;
    else if (host.end !== null) rest.done += 1;
    else if (host.phases.length > 0) rest.working += 1;
    else rest.waiting += 1;
  }
  const pieces: Piece[] = [];
  const add = (count: number, words: string, tone: Piece["tone"]): void => {
    if (count === 0) return;
    pieces.push({ text: pieces.length === 0 ? `  ${symbols.ellipsis} ` : ", ", tone: "quiet" });
    pieces.push({ text: `${count} ${words}`, tone });
  };
  add(rest.troubled, "more in trouble", "bad");
  add(rest.working, "more at work", "quiet");
  add(rest.waiting, "waiting", "quiet");
  add(rest.skipped, "skipped", "quiet");
  add(rest.done, "done", "quiet");
  return pieces;
}

/** The last line: where the run stands as a whole, and for how long it has been going. */
function footer(view: RunView, options: LiveViewOptions): StyledLine {
  const { symbols, now, columns } = options;
  const active = new Map<Phase, number>();
  let evaluated = 0;
  let ended = 0;
  for (const host of view.hosts) {
    const phase = currentPhase(host)?.phase;
    if (phase !== undefined) active.set(phase, (active.get(phase) ?? 0) + 1);
    if (host.evaluated || host.end !== null) evaluated += 1;
    if (host.end !== null) ended += 1;
  }
  const parts: Piece[] = [];
  if (view.evaluation !== null && evaluated === view.hosts.length) {
    const seconds = (view.evaluation.to - view.evaluation.from) / 1000;
    parts.push({ text: `evaluate ${symbols.good} ${formatDuration(seconds)}`, tone: "quiet" });
  }
  for (const phase of Phase.options) {
    const count = active.get(phase) ?? 0;
    if (phase === "build" && view.build !== null && view.build.expected > 0) {
      parts.push({ text: `build ${view.build.done}/${view.build.expected}` });
    } else if (count > 0) {
      parts.push({ text: `${phase} ${count}` });
    }
  }
  if (ended > 0) parts.push({ text: `ended ${ended}/${view.hosts.length}` });
  parts.push(...notAsAsked(view, options));
  const seconds = view.end?.seconds ?? (view.since === null ? 0 : Math.floor((now - view.since) / 1000));
  const elapsed: Piece = { text: `elapsed ${formatWholeDuration(seconds)}`, tone: "quiet" };
  return fitFooter(parts, elapsed, columns);
}

function notAsAsked(view: RunView, { symbols }: LiveViewOptions): Piece[] {
  return [...countOutcomes(view)]
    .filter(([outcome]) => !isSuccess(outcome))
    .map(([outcome, count]) => ({ text: `${count} ${outcome}`, tone: outcomeSign(outcome, symbols).tone }));
}

/** Elapsed always shows; of the rest, what stands last (outcomes) outlasts what stands first (phases). */
function fitFooter(parts: readonly Piece[], elapsed: Piece, columns: number): StyledLine {
  const all = [...parts, elapsed];
  for (let from = 0; from < all.length; from += 1) {
    for (const gap of ["    ", "  "]) {
      const line = all.slice(from).flatMap((piece, index) => [{ text: index === 0 ? "  " : gap }, piece]);
      if (lineWidth(line) <= columns) return line;
    }
  }
  return [elapsed];
}
