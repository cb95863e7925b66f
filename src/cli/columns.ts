// The columns of each listing. How a table looks is terminal/'s concern; what its columns are is the command's.
import type { Outcome } from "../domain/outcome.ts";
import { formatBytes } from "../terminal/format-bytes.ts";
import { outcomeSign } from "../terminal/outcome-sign.ts";
import { unicodeSymbols } from "../terminal/symbols.ts";
import type { Cell, Column } from "../terminal/table.ts";
import type { DoctorRow, GenerationRow, HistoryRow, HostRow, PlanRow, StatusRow } from "./use-cases.ts";

const shortPath = (path: string | null): string | null =>
  path?.replace(/^\/nix\/store\/([0-9a-z]{8})[0-9a-z]*-/, "$1-") ?? null;

/** To the minute; JSON has it in full. */
const shortTime = (at: string | null): string | null => at?.replace(/^(.{10})T(.{5}).*$/, "$1 $2") ?? null;

const remarks = ({ bootDefault, failedUnits, needsReboot, problem, system }: StatusRow): string =>
  [
    ...(problem === null ? [] : [problem]),
    ...(failedUnits.length === 0 ? [] : [`failed: ${failedUnits.join(", ")}`]),
    ...(bootDefault === null || bootDefault === system ? [] : [`next boot: ${shortPath(bootDefault)}`]),
    ...(needsReboot ? ["needs a reboot"] : []),
  ].join("; ");

function stateCell({ absence, state }: StatusRow): Cell {
  if (absence !== null) return { text: absence.replace("-", " "), tone: absence === "not-deployed" ? "quiet" : "bad" };
  return state === null ? null : { text: state, tone: state === "running" ? "good" : "caution" };
}

const outcomeCell = (outcome: Outcome | null): Cell =>
  outcome === null ? null : { text: outcome, tone: outcomeSign(outcome, unicodeSymbols).tone };

/** Whether the host runs what its configuration describes now. */
function configuredCell({ runsConfigured }: StatusRow): Cell {
  if (runsConfigured === null) return null;
  return runsConfigured ? { text: "runs", tone: "good" } : { text: "differs", tone: "caution" };
}

export const hostsColumns: readonly Column<HostRow>[] = [
  { header: "host", cell: ({ host }) => host },
  { header: "target", cell: ({ target }) => target },
  { header: "tags", cell: ({ tags }) => tags.join(",") },
  { header: "system", cell: ({ system }) => system },
  { header: "version", cell: ({ version }) => version },
  { header: "problem", cell: ({ problem }) => (problem === null ? null : { text: problem, tone: "bad" }) },
];

const namedChanges = 3;

/** "nginx 1.26 → 1.28, +4 more, +3.2 MiB": what a person wants to know before they go on. */
function describeChanges(changes: NonNullable<PlanRow["changes"]>): string {
  const versions = (list: readonly string[]): string => (list.length === 0 ? "∅" : list.join(", ") || "ε");
  const named = changes
    .filter(({ after, before }) => before.join() !== after.join())
    .map(({ after, before, package: name }) => `${name} ${versions(before)} → ${versions(after)}`);
  const growth = changes.reduce((sum, change) => sum + change.growth, 0);
  const more = named.length > namedChanges ? [`${named.length - namedChanges} more`] : [];
  const size = `${growth < 0 ? "-" : "+"}${formatBytes(Math.abs(growth))}`;
  return [...named.slice(0, namedChanges), ...more, ...(changes.length === 0 ? [] : [size])].join(", ");
}

export const planColumns: readonly Column<PlanRow>[] = [
  { header: "host", cell: ({ host }) => host },
  { header: "would be", cell: ({ foreseen }) => outcomeCell(foreseen) },
  { header: "runs", cell: ({ current, currentVersion }) => currentVersion ?? shortPath(current) },
  { header: "wanted", cell: ({ wanted, wantedVersion }) => wantedVersion ?? shortPath(wanted) },
  { header: "system", cell: ({ current, wanted }) => (current === wanted ? null : shortPath(wanted)) },
  { header: "changes", cell: ({ changes }) => (changes === null ? null : describeChanges(changes)) },
  { header: "problem", cell: ({ problem }) => (problem === null ? null : { text: problem.message, tone: "bad" }) },
  { header: "way out", cell: ({ problem }) => problem?.hint ?? null },
];

export const statusColumns: readonly Column<StatusRow>[] = [
  { header: "host", cell: ({ host }) => host },
  { header: "state", cell: stateCell },
  { header: "generation", align: "right", cell: ({ generation }) => (generation === null ? null : String(generation)) },
  { header: "version", cell: ({ version }) => version },
  { header: "kernel", cell: ({ kernel }) => kernel },
  { header: "configured", cell: configuredCell },
  { header: "last run", cell: ({ lastRun }) => lastRun?.run ?? null },
  { header: "outcome", cell: ({ lastRun }) => outcomeCell(lastRun?.outcome ?? null) },
  { header: "at (utc)", cell: ({ lastRun }) => shortTime(lastRun?.at ?? null) },
  { header: "remarks", cell: remarks },
];

export const historyColumns: readonly Column<HistoryRow>[] = [
  { header: "at (utc)", cell: ({ at }) => shortTime(at) },
  { header: "run", cell: ({ run }) => run },
  { header: "host", cell: ({ host }) => host },
  { header: "goal", cell: ({ goal }) => goal },
  { header: "outcome", cell: ({ outcome }) => outcomeCell(outcome) },
  { header: "reason", cell: ({ code }) => code },
  { header: "version", cell: ({ version }) => version },
  { header: "revision", cell: ({ revision }) => revision?.replace(/^([0-9a-f]{8})[0-9a-f]+/, "$1") ?? null },
  { header: "seconds", align: "right", cell: ({ seconds }) => seconds?.toFixed(1) ?? null },
  { header: "by", cell: ({ operator }) => operator },
];

export const generationsColumns: readonly Column<GenerationRow>[] = [
  { header: "generation", align: "right", cell: ({ generation }) => String(generation) },
  { header: "built", cell: ({ date }) => date },
  { header: "nixos", cell: ({ nixosVersion }) => nixosVersion },
  { header: "kernel", cell: ({ kernelVersion }) => kernelVersion },
  { header: "revision", cell: ({ configurationRevision }) => configurationRevision },
  { header: "specialisations", cell: ({ specialisations }) => specialisations.join(",") },
  { header: "current", cell: ({ current }) => (current ? "current" : null) },
];

const doctorTones = { ok: "good", warning: "caution", missing: "bad" } as const;

export const doctorColumns: readonly Column<DoctorRow>[] = [
  { header: "where", cell: ({ subject }) => subject },
  { header: "check", cell: ({ check }) => check },
  { header: "state", cell: ({ state }) => ({ text: state, tone: doctorTones[state] }) },
  { header: "detail", cell: ({ detail }) => detail },
  { header: "hint", cell: ({ hint }) => hint },
];
