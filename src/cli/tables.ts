// The columns of each listing. How a table looks is terminal/'s concern; what its columns are is the command's.
import { displayWidth, padEnd } from "../terminal/display-width.ts";
import { printable } from "../terminal/printable.ts";
import type { DoctorRow, GenerationRow, HistoryRow, HostRow, StatusRow } from "./use-cases.ts";

type Column<Row> = readonly [heading: string, cell: (row: Row) => string | number | null];

/** Columns as wide as their widest cell; what is not known is a dash; a column that knows nothing is left out. */
function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const filled = columns
    .map(([heading, cell]) => ({ heading, cells: rows.map((row) => printable(String(cell(row) ?? ""))) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ""))
    .map(({ heading, cells }) => [heading, ...cells.map((cell) => (cell === "" ? "-" : cell))]);
  const widths = filled.map((cells) => Math.max(...cells.map(displayWidth)));
  return [-1, ...rows.keys()]
    .map((row) => filled.map((cells, column) => padEnd(cells[row + 1] ?? "", widths[column] ?? 0)).join("  "))
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}

const shortPath = (path: string | null): string | null =>
  path?.replace(/^\/nix\/store\/([0-9a-z]{8})[0-9a-z]*-/, "$1-") ?? null;

const shortTime = (at: string | null): string | null => at?.replace(/^(.{10})T(.{8}).*$/, "$1 $2") ?? null;

export const hostsTable = (rows: readonly HostRow[]): string =>
  table<HostRow>(
    [
      ["HOST", ({ host }) => host],
      ["TARGET", ({ target }) => target],
      ["TAGS", ({ tags }) => tags.join(",")],
      ["SYSTEM", ({ system }) => system],
      ["VERSION", ({ version }) => version],
      ["PROBLEM", ({ problem }) => problem],
    ],
    rows,
  );

export const statusTable = (rows: readonly StatusRow[]): string =>
  table<StatusRow>(
    [
      ["HOST", ({ host }) => host],
      ["STATE", ({ reachable, state }) => (reachable ? state : "unreachable")],
      ["GENERATION", ({ generation }) => generation],
      ["VERSION", ({ version }) => version],
      ["KERNEL", ({ kernel }) => kernel],
      ["SYSTEM", ({ system }) => shortPath(system)],
      ["LAST RUN", ({ lastRun }) => lastRun?.run ?? null],
      ["OUTCOME", ({ lastRun }) => lastRun?.outcome ?? null],
      ["AT", ({ lastRun }) => shortTime(lastRun?.at ?? null)],
      ["REMARKS", remarks],
    ],
    rows,
  );

const remarks = ({ failedUnits, needsReboot, problem }: StatusRow): string =>
  [
    ...(problem === null ? [] : [problem]),
    ...(failedUnits.length === 0 ? [] : [`failed: ${failedUnits.join(", ")}`]),
    ...(needsReboot ? ["needs a reboot"] : []),
  ].join("; ");

export const historyTable = (rows: readonly HistoryRow[]): string =>
  table<HistoryRow>(
    [
      ["AT", ({ at }) => shortTime(at)],
      ["RUN", ({ run }) => run],
      ["HOST", ({ host }) => host],
      ["GOAL", ({ goal }) => goal],
      ["OUTCOME", ({ outcome }) => outcome],
      ["REASON", ({ code }) => code],
      ["VERSION", ({ version }) => version],
      ["REVISION", ({ revision }) => revision?.replace(/^([0-9a-f]{8})[0-9a-f]+/, "$1") ?? null],
      ["SECONDS", ({ seconds }) => seconds?.toFixed(1) ?? null],
      ["BY", ({ operator }) => operator],
    ],
    rows,
  );

export const generationsTable = (rows: readonly GenerationRow[]): string =>
  table<GenerationRow>(
    [
      ["GENERATION", ({ generation }) => generation],
      ["BUILT", ({ date }) => date],
      ["NIXOS", ({ nixosVersion }) => nixosVersion],
      ["KERNEL", ({ kernelVersion }) => kernelVersion],
      ["REVISION", ({ configurationRevision }) => configurationRevision],
      ["SPECIALISATIONS", ({ specialisations }) => specialisations.join(",")],
      ["CURRENT", ({ current }) => (current ? "current" : null)],
    ],
    rows,
  );

export const doctorTable = (rows: readonly DoctorRow[]): string =>
  table<DoctorRow>(
    [
      ["WHERE", ({ subject }) => subject],
      ["CHECK", ({ check }) => check],
      ["STATE", ({ state }) => state],
      ["DETAIL", ({ detail }) => detail],
      ["HINT", ({ hint }) => hint],
    ],
    rows,
  );
