// What a benchmark found, and how it is printed: the numbers first, then what they were made of.
import type { Measured } from "./measure.ts";

/** A number that the benchmark is about. */
export interface Finding {
  readonly what: string;
  readonly value: string;
  /** What it should be, such as "≤ 1.6"; null for one that only explains another. */
  readonly aim: string | null;
}

export interface Report {
  readonly title: string;
  readonly findings: readonly Finding[];
  readonly measured: readonly Measured[];
  /** What a reader has to know to judge the numbers. */
  readonly notes: readonly string[];
}

export const ratio = (value: number): string => `${value.toFixed(2)} ×`;
export const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;
export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

/** What the numbers were made of: commands, each measurement, remarks. */
export function detailLines({ title, measured, notes }: Report): readonly string[] {
  return [
    `== ${title}`,
    ...measured.flatMap(({ median, times, variant }) => [
      `${variant.name}: median ${inUnits(median)} of ${times.map(inUnits).join(", ")}`,
      ...variant.command.split("\n").map((line) => `    ${line}`),
    ]),
    ...notes.map((note) => `· ${note}`),
  ];
}

/** All findings as one table of Markdown, ready for a README. */
export function findingsTable(reports: readonly Report[]): readonly string[] {
  const rows = reports.flatMap(({ findings }) => findings.map(({ what, value, aim }) => [what, value, aim ?? ""]));
  const cells = [["measured", "value", "aim"], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = cells;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)];
}

const inUnits = (milliseconds: number): string =>
  milliseconds < 1000 ? `${milliseconds.toFixed(0)} ms` : seconds(milliseconds);
