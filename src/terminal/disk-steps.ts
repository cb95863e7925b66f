// The end of a plan for disks in a terminal: what is done, step by step, or why nothing is.
import type { DiskPlan, DiskStep } from "../disk/disk-plan.ts";
import { padStart } from "./display-width.ts";
import type { Tone } from "./paint.ts";
import type { Style } from "./style.ts";
import type { StyledLine } from "./styled-line.ts";
import { visible } from "./visible.ts";
import { wrap } from "./wrap.ts";

const stepTones: Readonly<Record<DiskStep["kind"], Tone | undefined>> = {
  destroy: "bad",
  create: undefined,
  change: "caution",
  mount: undefined,
  unmount: undefined,
  hook: "caution",
};

/** @param commands whether each step is followed by what is run */
export function stepLines({ steps }: DiskPlan, commands: boolean): StyledLine[] {
  if (steps.length === 0) return [];
  const width = String(steps.length).length;
  return [
    [],
    [
      { text: "steps", tone: "strong" },
      ...(commands ? [] : [{ text: "  (--commands shows what is run)", tone: "quiet" } as const]),
    ],
    ...steps.flatMap(({ commands: lines, kind, title }, index): StyledLine[] => [
      [
        { text: `  ${padStart(String(index + 1), width)}  `, tone: "quiet" },
        { text: title, tone: stepTones[kind] },
      ],
      ...(commands
        ? lines
            .flatMap((line) => line.split("\n"))
            .map((line): StyledLine => [{ text: `${" ".repeat(width + 4)}${line}`, tone: "quiet" }])
        : []),
    ]),
  ];
}

/** Why nothing is done, and what would let it be done. */
export function refusalLines({ refusals }: DiskPlan, columns: number, { symbols }: Style): StyledLine[] {
  if (refusals.length === 0) return [];
  return [
    [],
    [{ text: "nothing of this is done, because", tone: "bad" }],
    ...refusals.flatMap(({ hint, message }): StyledLine[] => [
      ...wrap(visible(message), columns - 4).map((line, index): StyledLine => [
        { text: index === 0 ? `${symbols.bad} ` : "  ", tone: "bad" },
        { text: line },
      ]),
      ...wrap(visible(hint), columns - 4).map((line, index): StyledLine => [
        { text: index === 0 ? `  ${symbols.arrow} ` : " ".repeat(3 + symbols.arrow.length), tone: "quiet" },
        { text: line },
      ]),
    ]),
  ];
}
