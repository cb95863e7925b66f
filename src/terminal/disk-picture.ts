// The picture of a plan for disks in a terminal: each disk as it is and as it will be, what is lost, what is done, what forbids it.
import type { DiskPlan, PlannedGroup } from "../disk/disk-plan.ts";
import type { BlockDevice } from "../disk/machine-disks.ts";
import { diskBar, fateTones } from "./disk-bar.ts";
import { type Branch, deviceView, type DiskView, planView, type Span } from "./disk-view.ts";
import { displayWidth, padEnd, padStart } from "./display-width.ts";
import { formatBytes } from "./format-bytes.ts";
import { refusalLines, stepLines } from "./disk-steps.ts";
import { fateWords, groupWords, summary } from "./disk-words.ts";
import type { Style } from "./style.ts";
import { drawLine, type Piece, type StyledLine } from "./styled-line.ts";
import { visible } from "./visible.ts";

export interface DiskPictureOptions {
  /** Whose disks they are, e.g. "web-1". */
  readonly title: string;
  readonly style: Style;
  /** The commands of each step, and not its title alone. */
  readonly commands: boolean;
}

/** Where nothing says how wide: in a pipe, in a file. */
const usualColumns = 80;
const gutter = 9;

/** The picture as lines. They say the same without colours; nothing in them steers a terminal, whoever wrote it. */
export function diskPicture(plan: DiskPlan, { commands, style, title }: DiskPictureOptions): string[] {
  const columns = style.columns ?? usualColumns;
  const { disks, groups, untouched } = planView(plan);
  const lines = [
    [{ text: title, tone: "strong" } as const, { text: `  ${summary(plan, style.symbols.separator)}` }],
    ...disks.flatMap((disk) => [[], ...diskLines(disk, columns, style)]),
    ...(groups.length === 0 ? [] : [[], ...groups.flatMap((group) => groupLines(group, style))]),
    ...(untouched.length === 0 ? [] : [[], ...untouched.flatMap((disk) => untouchedLines(disk, style))]),
  ];
  return [
    ...lines.map((line) => draw(line, style)),
    // What a person copies or has to read to its end is not cut.
    ...[...stepLines(plan, commands), ...refusalLines(plan, columns, style)].map((line) =>
      draw(line, { ...style, columns: null }),
    ),
  ];
}

/** Disks as they are, each with a bar and what is in it. */
export function disksNow(devices: readonly BlockDevice[], style: Style): string[] {
  const columns = style.columns ?? usualColumns;
  return devices
    .map(deviceView)
    .flatMap((disk, index): StyledLine[] => [
      ...(index === 0 ? [] : [[]]),
      [{ text: disk.path, tone: "strong" }, { text: `  ${disk.size}` }],
      ...markLines(disk, style),
      ...stateLines("", disk.before, columns, style),
    ])
    .map((line) => draw(line, style));
}

/** Labels and models are anybody's: they are shown whole, and move nothing. */
const draw = (line: StyledLine, style: Style): string =>
  drawLine(
    line.map((piece) => ({ ...piece, text: visible(piece.text) })),
    style,
  );

function diskLines(disk: DiskView, columns: number, style: Style): StyledLine[] {
  const { tone, words } = fateWords(disk);
  const { bad, busy, good } = style.symbols;
  const sign = disk.fate === "wiped" ? bad : disk.fate === "changed" ? busy : good;
  return [
    [
      { text: `${sign} `, tone },
      { text: disk.name ?? "", tone: "strong" },
      { text: `  ${disk.path}  ${disk.size}  ` },
      { text: words, tone },
    ],
    ...markLines(disk, style),
    ...stateLines("now", disk.before, columns, style),
    ...disk.lost.map((line): StyledLine => [
      { text: padEnd("  lost", gutter), tone: "bad" },
      { text: line, tone: "bad" },
    ]),
    ...(disk.after === null ? [] : stateLines("then", disk.after, columns, style)),
  ];
}

const markLines = ({ byId, marks }: DiskView, { symbols }: Style): StyledLine[] =>
  [marks.join(` ${symbols.separator} `), byId ?? ""]
    .filter((text) => text !== "")
    .map((text) => [{ text: `  ${text}`, tone: "quiet" }]);

/** A bar, and what is in each of its stretches. Where no word stands before it nothing is about to happen to them either. */
function stateLines(word: string, spans: readonly Span[], columns: number, style: Style): StyledLine[] {
  const { symbols } = style;
  const clean = (text: string): string => symbols.fold(visible(text));
  const names = spans.map(({ name }) => clean(name));
  const sizes = spans.map(({ size }) => formatBytes(size));
  const [nameWidth, sizeWidth] = [widest(names), widest(sizes)];
  return [
    [{ text: padEnd(`  ${word}`, gutter), tone: "strong" }, ...diskBar(spans, columns - gutter, symbols)],
    ...spans.flatMap(({ branches, content, fate }, index): StyledLine[] => {
      const tone = fateTones[fate];
      const indent = gutter + nameWidth + sizeWidth + 4;
      return [
        [
          { text: padEnd(fate === "free" || word === "" ? "" : `  ${fate}`, gutter), tone },
          { text: `${padEnd(names[index] ?? "", nameWidth)}  `, tone: fate === "free" ? "quiet" : undefined },
          { text: `${padStart(sizes[index] ?? "", sizeWidth)}  `, tone: "quiet" },
          ...layers(content, style),
        ],
        ...branchLines(branches, " ".repeat(indent), style),
      ];
    }),
  ];
}

const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map(displayWidth));

const layers = (content: readonly string[], { symbols }: Style): readonly Piece[] =>
  content.flatMap((layer, index): Piece[] => [
    ...(index === 0 ? [] : [{ text: ` ${symbols.arrow} `, tone: "quiet" } as const]),
    { text: layer },
  ]);

function branchLines(branches: readonly Branch[], indent: string, style: Style): StyledLine[] {
  const clean = (text: string): string => style.symbols.fold(visible(text));
  const nameWidth = widest(branches.map(({ name }) => clean(name)));
  const sizeWidth = widest(branches.map(({ size }) => clean(size ?? "")));
  return branches.flatMap(({ branches: inner, content, name, size }): StyledLine[] => [
    [
      { text: `${indent}${style.symbols.separator} `, tone: "quiet" },
      { text: `${padEnd(clean(name), nameWidth)}  ` },
      ...(sizeWidth === 0 ? [] : [{ text: `${padEnd(clean(size ?? ""), sizeWidth)}  `, tone: "quiet" } as const]),
      ...layers(content, style),
    ],
    ...branchLines(inner, `${indent}    `, style),
  ]);
}

function groupLines({ kind, level, members, name, volumes }: PlannedGroup, style: Style): StyledLine[] {
  const parts = members.map(({ disk, part }) => (part === null ? disk : `${disk}/${part}`));
  return [
    [
      { text: `${style.symbols.waiting} ${groupWords[kind]} ` },
      { text: name, tone: "strong" },
      { text: `${level === null ? "" : `  ${level}`}  of ${parts.join(" + ")}` },
    ],
    ...branchLines(
      volumes.map(({ content, name, size }) => ({ name: name ?? "", size, content, branches: [] })),
      " ".repeat(gutter),
      style,
    ),
  ];
}

/** They are here so that a person sees that they are meant to stay. */
function untouchedLines({ before, byId, marks, path, size }: DiskView, { symbols }: Style): StyledLine[] {
  const separator = ` ${symbols.separator} `;
  const inside = before
    .filter(({ fate }) => fate !== "free")
    .map(({ content, name }) => (name === "whole disk" ? content : [name, ...content]).join(" "));
  const shown = [...inside.slice(0, 3), ...(inside.length > 3 ? [symbols.ellipsis] : [])].join(separator);
  return [
    `${symbols.omitted} ${path}  ${size}  not touched`,
    ...[marks.join(separator), byId ?? "", shown].filter((text) => text !== "").map((text) => `  ${text}`),
  ].map((text): StyledLine => [{ text, tone: "quiet" }]);
}
