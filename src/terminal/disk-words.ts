// The words that pictures of disks share: the plan in short, what happens to a disk, what a group is.
import type { DiskPlan, PlannedGroup } from "../disk/disk-plan.ts";
import type { DiskView } from "./disk-view.ts";
import type { Tone } from "./paint.ts";
import { plural } from "./plural.ts";

/** The plan in a few words. */
export function summary({ disks, refusals, settled, steps }: DiskPlan, separator: string): string {
  const count = (fate: string): number => disks.filter((disk) => disk.fate === fate).length;
  const fates = (["wiped", "changed", "kept"] as const).flatMap((fate) =>
    count(fate) === 0 ? [] : [`${plural(count(fate), "disk")} ${fate}`],
  );
  const done = settled ? ["nothing to do"] : [plural(steps.length, "step")];
  return [...fates, ...(refusals.length === 0 ? done : ["nothing of it is done"])].join(` ${separator} `);
}

const diskFates = {
  wiped: { tone: "bad", words: "wiped: all that is on it is lost" },
  changed: { tone: "caution", words: "changed: what is on it stays" },
  kept: { tone: "good", words: "kept as it is" },
  untouched: { tone: "quiet", words: "not touched" },
} as const satisfies Record<DiskView["fate"], { tone: Tone; words: string }>;

/** What happens to the disk, in words; a disk with nothing on it loses nothing. */
export function fateWords({ before, fate, lost }: DiskView): { readonly tone: Tone; readonly words: string } {
  const isEmpty = lost.length === 0 && before.every((span) => span.fate === "free");
  return fate === "wiped" && isEmpty ? { tone: "caution", words: "wiped: nothing is on it now" } : diskFates[fate];
}

/** What a group is called. */
export const groupWords: Readonly<Record<PlannedGroup["kind"], string>> = {
  raid: "array",
  lvm: "volume group",
  zfs: "pool",
  btrfs: "btrfs",
  bcachefs: "bcachefs",
};
