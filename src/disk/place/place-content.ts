// What of a disk lies where when its layout has been made: the parts of a picture, with what is free between them.
import { describeContent } from "../describe-content.ts";
import type { PlannedPart } from "../disk-plan.ts";
import type { Content } from "../layout.ts";
import { placeGpt, type DiskSize, type PlacedPartition } from "./place-gpt.ts";
import { placeTable } from "./place-table.ts";

/** Less than this between two partitions is what alignment leaves. */
const smallestGap = 2 * 1024 ** 2;

/**
 * The parts of a disk, in the order of the disk, all of them new.
 * @returns and why it does not fit, in a sentence; null where it does
 * @example placeContent(disk.content, { size, sectorSize: 512 }).parts[0] // { name: "ESP", start: 1048576, size: 524288000, … }
 */
export function placeContent(
  content: Content | null,
  disk: DiskSize,
): { readonly parts: readonly PlannedPart[]; readonly misfit: string | null } {
  if (content === null) return { parts: withGaps([], disk), misfit: null };
  if (content.type !== "gpt" && content.type !== "table") {
    const part: PlannedPart = { name: "", start: 0, size: disk.size, content: describeContent(content), fate: "new" };
    return { parts: [part], misfit: null };
  }
  const { misfit, partitions } = content.type === "gpt" ? placeGpt(content, disk) : placeTable(content, disk);
  const contents =
    content.type === "gpt"
      ? new Map(Object.values(content.partitions).map((partition) => [partition.name, partition.content]))
      : new Map(content.partitions.map((partition, index) => [partition.name ?? String(index + 1), partition.content]));
  const parts = partitions.map((placed): PlannedPart => ({
    name: placed.name,
    ...inBytes(placed, disk.sectorSize),
    content: describeContent(contents.get(placed.name) ?? null),
    fate: "new",
  }));
  return { parts: withGaps(parts, disk), misfit };
}

/** @example inBytes({ start: 2048, end: 4095 }, 512) // { start: 1048576, size: 1048576 } */
export const inBytes = (
  { end, start }: Pick<PlacedPartition, "start" | "end">,
  sectorSize: number,
): { readonly start: number; readonly size: number } => ({
  start: start * sectorSize,
  size: (end - start + 1) * sectorSize,
});

/** In the order of the disk, with what is free between, before and after them. */
export function withGaps(parts: readonly PlannedPart[], { size }: Pick<DiskSize, "size">): readonly PlannedPart[] {
  const ordered = parts.toSorted((one, other) => one.start - other.start);
  const ends = ordered.map((part) => part.start + part.size);
  return [...ordered, null].flatMap((part, index) => {
    // An extended partition ends after those within it.
    const start = Math.max(0, ...ends.slice(0, index));
    const free = (part?.start ?? size) - start;
    const gap: readonly PlannedPart[] =
      free >= smallestGap ? [{ name: "free", start, size: free, content: [], fate: "free" }] : [];
    return part === null ? gap : [...gap, part];
  });
}
