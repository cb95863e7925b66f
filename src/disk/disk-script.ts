// Steps as one text of POSIX sh, for a machine that has neither disko nor flotilla: an installer, or any Linux with the programs that the steps name.
import { readAsset } from "../assets.ts";
import { shellQuote } from "../domain/shell-quote.ts";
import type { DiskStep } from "./disk-plan.ts";

/**
 * The script that carries out the steps in their order and stops at the first that fails, with its status. It prints a line a step
 * (`flotilla-disk: step 2/9 format …`) on stdout, and what failed on stderr (`flotilla-disk: step 2/9 failed with status 1: format …`).
 * Its standard input is not touched, so that the script itself may come from there.
 *
 * @example diskScript(plan.steps) // run it as root: sh -s
 */
export function diskScript(steps: readonly DiskStep[]): string {
  return [
    "#!/bin/sh",
    ...parts.map((part) => readAsset(`src/disk/script/${part}.sh`)),
    ...steps.map((step, index) => stepText(step, index + 1, steps.length)),
    `say ${shellQuote([`done: ${steps.length} steps`])}`,
    "",
  ].join("\n");
}

/** What the steps are written in. */
const parts = [
  "about",
  "partitions",
  "encryption",
  "groups",
  "pools",
  "subvolumes",
  "wiping",
  "mounts",
  "changes",
] as const;

/** In a shell of its own: what a step mounts it unmounts at its end, and its variables are its own. */
function stepText({ commands, title }: DiskStep, number: number, count: number): string {
  return [
    `begin ${number} ${count} ${shellQuote([oneLine(title)])}`,
    // Not in a condition: a shell ignores set -e there.
    "(",
    "set -eu",
    ...commands,
    ") </dev/null",
    "end $?",
  ].join("\n");
}

/** Titles hold names of the layout; a terminal is not to obey what stands in them. */
const oneLine = (title: string): string => title.replaceAll(/\p{Cc}+/gu, " ");
