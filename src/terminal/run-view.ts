// The state of a run as a view needs it, folded from events. Total: any event in any order gives a state that can be drawn.
// Its size is bounded by the number of hosts: of logs only tails are kept, however long the run.
import type { RunEvent } from "../domain/event.ts";
import type { HostName } from "../domain/host-name.ts";
import { Outcome } from "../domain/outcome.ts";
import { Phase } from "../domain/phase.ts";
import type { RunId } from "../domain/run-id.ts";
import { printable } from "./printable.ts";
import type { EventOf } from "./event-of.ts";

/** Log lines kept of each host. */
export const logTailLength = 20;
const longestLine = 1000;

export type HostFinished = EventOf<"host-finished">;
export type RunStarted = EventOf<"run-started">;
export type RunFinished = EventOf<"run-finished">;
export type BuildProgress = EventOf<"build-progress">;
export type ProgressUnit = EventOf<"host-progress">["unit"];

/** All times are milliseconds since 1970. */
export interface Progress {
  readonly done: number;
  readonly expected: number;
  readonly unit: ProgressUnit;
  readonly detail: string | null;
  /** Units a second, smoothed; null until there are two measurements. */
  readonly rate: number | null;
  readonly measured: { readonly at: number; readonly done: number };
}

export interface PhaseView {
  readonly phase: Phase;
  readonly state: "active" | "failed";
  readonly since: number;
  readonly detail: string | null;
  readonly deadline: number | null;
  readonly progress: Progress | null;
}

export interface HostView {
  readonly name: HostName;
  /** When its first phase started. */
  readonly since: number | null;
  /** Active and failed ones; several at once where steps overlap. */
  readonly phases: readonly PhaseView[];
  /** The furthest phase that ended well. */
  readonly passed: Phase | null;
  readonly evaluated: boolean;
  readonly log: readonly string[];
  /** The phase that the last line of the log belongs to. */
  readonly logPhase: Phase | null;
  readonly end: HostFinished | null;
}

export interface RunView {
  readonly run: RunId | null;
  readonly start: RunStarted | null;
  /** When the first event came. */
  readonly since: number | null;
  /** In the order of the fleet. */
  readonly hosts: readonly HostView[];
  readonly positions: ReadonlyMap<HostName, number>;
  readonly build: Pick<BuildProgress, "done" | "expected" | "running"> | null;
  /** From the first evaluation's start to the latest one's end. */
  readonly evaluation: { readonly from: number; readonly to: number } | null;
  readonly warnings: number;
  readonly end: RunFinished | null;
}

export const emptyRunView: RunView = {
  run: null,
  start: null,
  since: null,
  hosts: [],
  positions: new Map(),
  build: null,
  evaluation: null,
  warnings: 0,
  end: null,
};

/** The run after one more event. The state before is left as it was. */
export function reduceRunView(before: RunView, event: RunEvent): RunView {
  const at = Date.parse(event.at);
  const view = before.since === null ? { ...before, run: event.run, since: at } : before;
  switch (event.type) {
    case "run-started":
      return withHosts({ ...view, run: event.run, start: event }, event.hosts);
    case "host-phase": {
      const evaluation = event.phase === "evaluate" ? { from: view.evaluation?.from ?? at, to: at } : view.evaluation;
      return changeHost({ ...view, evaluation }, event.host, (host) => hostPhase(host, event, at));
    }
    case "host-progress":
      return changeHost(view, event.host, (host) => hostProgress(host, event, at));
    case "host-log":
      return changeHost(view, event.host, (host) => hostLog(host, event));
    case "host-finished":
      return changeHost(view, event.host, (host) => ({ ...host, phases: [], end: event }));
    case "build-progress":
      return { ...view, build: { done: event.done, expected: event.expected, running: event.running.slice(0, 20) } };
    case "host-identified":
    case "build-log":
      return view;
    case "warning":
      return { ...view, warnings: view.warnings + 1 };
    case "run-finished":
      return { ...view, end: event };
  }
}

function withHosts(view: RunView, names: readonly HostName[]): RunView {
  const positions = new Map(view.positions);
  const hosts = [...view.hosts];
  for (const name of names) {
    if (positions.has(name)) continue;
    positions.set(name, hosts.length);
    hosts.push({ name, since: null, phases: [], passed: null, evaluated: false, log: [], logPhase: null, end: null });
  }
  return { ...view, hosts, positions };
}

function changeHost(view: RunView, name: HostName, change: (host: HostView) => HostView): RunView {
  const known = view.positions.has(name) ? view : withHosts(view, [name]);
  const position = known.positions.get(name);
  const host = position === undefined ? undefined : known.hosts[position];
  if (position === undefined || host === undefined) return known;
  return { ...known, hosts: known.hosts.with(position, change(host)) };
}

function hostPhase(host: HostView, event: EventOf<"host-phase">, at: number): HostView {
  // An event that was overtaken by the host's end changes nothing: the outcome is the last word.
  if (host.end !== null) return host;
  const others = host.phases.filter(({ phase }) => phase !== event.phase);
  const now = host.phases.find(({ phase }) => phase === event.phase);
  const since = host.since ?? at;
  const evaluated = host.evaluated || (event.phase === "evaluate" && event.state !== "started");
  if (event.state === "finished") {
    return { ...host, since, evaluated, phases: others, passed: later(host.passed, event.phase) };
  }
  const state = event.state === "started" ? "active" : "failed";
  const phase: PhaseView = {
    phase: event.phase,
    state,
    since: now?.state === state ? now.since : at,
    detail: event.detail === undefined ? (now?.detail ?? null) : printable(event.detail),
    deadline: event.deadline === undefined ? (now?.deadline ?? null) : Date.parse(event.deadline),
    progress: state === "active" ? unfinished(now?.progress ?? null) : null,
  };
  return { ...host, since, evaluated, phases: [...others, phase] };
}

/** A phase that goes on after what it counted is done says so in words. */
const unfinished = (progress: Progress | null): Progress | null =>
  progress !== null && progress.done < progress.expected ? progress : null;

function hostProgress(host: HostView, event: EventOf<"host-progress">, at: number): HostView {
  if (host.end !== null) return host;
  const now = host.phases.find(({ phase }) => phase === event.phase);
  const others = host.phases.filter(({ phase }) => phase !== event.phase);
  const before = now?.progress?.unit === event.unit ? now.progress : null;
  const progress: Progress = {
    done: event.done,
    expected: event.expected,
    unit: event.unit,
    detail: event.detail === undefined ? null : printable(event.detail),
    ...measureRate(before, event.done, at),
  };
  const phase: PhaseView = {
    phase: event.phase,
    state: "active",
    since: now?.since ?? at,
    detail: now?.detail ?? null,
    deadline: now?.deadline ?? null,
    progress,
  };
  return { ...host, since: host.since ?? at, phases: [...others, phase] };
}

/** The mean of the last measurements, newer ones weighing more; at most one measurement in half a second. */
function measureRate(before: Progress | null, done: number, at: number): Pick<Progress, "rate" | "measured"> {
  if (before === null || done < before.measured.done) return { rate: null, measured: { at, done } };
  const seconds = (at - before.measured.at) / 1000;
  if (seconds < 0.5) return { rate: before.rate, measured: before.measured };
  const current = (done - before.measured.done) / seconds;
  const rate = before.rate === null ? current : before.rate + (current - before.rate) * (1 - Math.exp(-seconds / 3));
  return { rate, measured: { at, done } };
}

function hostLog(host: HostView, event: EventOf<"host-log">): HostView {
  const line = printable(event.line).trimEnd();
  if (line === "") return host;
  const kept = line.length > longestLine ? copyOf(line.slice(0, longestLine)) : line;
  return { ...host, log: [...host.log.slice(1 - logTailLength), kept], logPhase: event.phase };
}

// A slice keeps the whole string it was cut from alive; a copy does not.
const copyOf = (text: string): string => Buffer.from(text, "utf16le").toString("utf16le");

const later = (a: Phase | null, b: Phase): Phase => (a !== null && phaseOrder(a) > phaseOrder(b) ? a : b);

/** Where a phase stands in the course of a host, from 0. */
export const phaseOrder = (phase: Phase): number => Phase.options.indexOf(phase);

/** The phase that says most about a host now: one that failed, else the furthest; null while it waits or when it has ended. */
export function currentPhase(host: HostView): PhaseView | null {
  let current: PhaseView | null = null;
  for (const phase of host.phases) {
    if (current === null || rank(phase) > rank(current)) current = phase;
  }
  return current;
}

const rank = (phase: PhaseView): number => phaseOrder(phase.phase) + (phase.state === "failed" ? 100 : 0);

/** How many hosts ended with each outcome, in the order of the outcomes. */
export function countOutcomes(view: RunView): ReadonlyMap<Outcome, number> {
  const counts = new Map<Outcome, number>(Outcome.options.map((outcome) => [outcome, 0]));
  for (const { end } of view.hosts) if (end !== null) counts.set(end.outcome, (counts.get(end.outcome) ?? 0) + 1);
  return new Map([...counts].filter(([, count]) => count > 0));
}
